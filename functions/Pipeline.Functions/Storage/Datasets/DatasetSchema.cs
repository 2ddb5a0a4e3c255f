namespace Pipeline.Storage;

/// <summary>
/// The columns of a dataset. All its files must have the same column names, in any order, with the same types; only whether a
/// column may hold nulls may differ. Nothing is converted or filled in: a file that differs is rather a mistake.
/// </summary>
internal static class DatasetSchema
{
    private const int MostDifferencesShown = 5;

    /// <summary>Joins the files' columns with the partition columns.</summary>
    /// <exception cref="SchemaMismatchException">The files disagree, or a partition column is also in the files.</exception>
    public static IReadOnlyList<DatasetColumn> Join(string dataset, IReadOnlyList<DatasetFile> files, IReadOnlyList<string> partitionColumns)
    {
        var columns = files[0].Footer.Columns;
        foreach (var file in files.Skip(1))
        {
            if (!columns.SequenceEqual(file.Footer.Columns)) Compare(dataset, files[0], file);
        }

        if (columns.FirstOrDefault(c => partitionColumns.Contains(c.Name, StringComparer.OrdinalIgnoreCase)) is { } twice)
            throw new SchemaMismatchException(
                $"Column '{twice.Name}' of dataset '{dataset}' is both in its files and a partition folder ('{files[0].Object.Path}'). " +
                "Write the files without it, or rename the folders.");

        var nullable = files.SelectMany(f => f.Footer.Columns).Where(c => c.Nullable).Select(c => c.Name).ToHashSet(StringComparer.OrdinalIgnoreCase);
        return
        [
            .. columns.Select(c => c with { Nullable = nullable.Contains(c.Name) }),
            .. partitionColumns.Select((name, i) => Partition(name, [.. files.Select(f => f.Partition[i])])),
        ];
    }

    private static DatasetColumn Partition(string name, IReadOnlyCollection<string?> values) =>
        new(name, HivePartition.TypeOf(values), values.Contains(null));

    private static void Compare(string dataset, DatasetFile first, DatasetFile other)
    {
        var ours = first.Footer.Columns.ToDictionary(c => c.Name, StringComparer.OrdinalIgnoreCase);
        var theirs = other.Footer.Columns.ToDictionary(c => c.Name, StringComparer.OrdinalIgnoreCase);
        var differences = ours.Values
            .Select(c => !theirs.TryGetValue(c.Name, out var same) ? $"column '{c.Name}' ({c.Type}) is only in the first"
                : same.Type != c.Type ? $"column '{c.Name}' is {c.Type} in the first and {same.Type} in the second" : null)
            .Concat(theirs.Values.Where(c => !ours.ContainsKey(c.Name)).Select(c => $"column '{c.Name}' ({c.Type}) is only in the second"))
            .Where(d => d is not null)
            .ToList();
        if (differences.Count == 0) return;

        var more = differences.Count - MostDifferencesShown;
        throw new SchemaMismatchException(
            $"The files '{first.Object.Path}' and '{other.Object.Path}' of dataset '{dataset}' have different columns: " +
            string.Join("; ", differences.Take(MostDifferencesShown)) + (more > 0 ? $"; and {more} more" : "") +
            ". Write them with the same columns, or keep them in two datasets.");
    }
}
