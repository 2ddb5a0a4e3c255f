namespace Pipeline.Storage;

/// <summary>Finds the partition columns of a dataset's files, which must agree on them.</summary>
internal static class PartitionColumns
{
    /// <summary>Reads the partition folders of each file.</summary>
    /// <returns>The columns' names, outermost first, and each file's values.</returns>
    /// <exception cref="SchemaMismatchException">The files' folders do not have the same keys in the same order.</exception>
    public static (IReadOnlyList<string> Names, IReadOnlyList<IReadOnlyList<string?>> Values) Read(string dataset, IReadOnlyList<ObjectInfo> files)
    {
        IReadOnlyList<string>? names = null;
        var values = new List<IReadOnlyList<string?>>(files.Count);
        foreach (var file in files)
        {
            var pairs = Pairs(file.Path);
            var keys = pairs.Select(p => p.Key).ToList();
            names ??= keys;
            if (!names.SequenceEqual(keys, StringComparer.Ordinal))
                throw new SchemaMismatchException(
                    $"The files of dataset '{dataset}' disagree on their partition folders: '{files[0].Path}' has {Show(names)}, but " +
                    $"'{file.Path}' has {Show(keys)}. Give all files the same folders, in the same order.");
            values.Add([.. pairs.Select(p => p.Value)]);
        }

        return (names ?? [], values);
    }

    /// <summary>Checks that the partition folders of a file make columns.</summary>
    /// <exception cref="SchemaMismatchException">A key comes twice, or a value is no text.</exception>
    public static void Check(string path) => Pairs(path);

    private static List<(string Key, string? Value)> Pairs(string path)
    {
        List<(string Key, string? Value)> pairs;
        try
        {
            pairs = [.. path.Split('/')[1..^1].Where(HivePartition.IsPartition).Select(HivePartition.Parse)];
        }
        catch (InvalidDataException e)
        {
            throw new SchemaMismatchException($"A partition folder of '{path}' has no readable value: {e.Message}. Rename it.");
        }

        return pairs.GroupBy(p => p.Key, StringComparer.OrdinalIgnoreCase).FirstOrDefault(g => g.Count() > 1) is { } twice
            ? throw new SchemaMismatchException($"'{path}' has two folders for the partition column '{twice.Key}'. Rename one of them.")
            : pairs;
    }

    private static string Show(IReadOnlyList<string> keys) => keys.Count == 0 ? "none" : string.Join('/', keys.Select(k => k + "="));
}
