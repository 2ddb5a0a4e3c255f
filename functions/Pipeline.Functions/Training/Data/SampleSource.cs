using Pipeline.Sql;
using Pipeline.Storage;

namespace Pipeline.Training;

/// <summary>What of a dataset becomes samples, and by which query.</summary>
/// <param name="Columns">All columns of the dataset.</param>
/// <param name="PartitionColumns">Those that come from folders' names.</param>
/// <param name="Read">Those that the query needs.</param>
/// <param name="Sql">Gives, of the table <see cref="Table"/>, the features (or the image), then the label where there is one, then
/// what rows are shared out by where something is.</param>
public sealed record SampleSource(IReadOnlyList<ColumnSchema> Columns, IReadOnlyList<string> PartitionColumns, IReadOnlyList<string> Read, string Sql)
{
    /// <summary>The table's name in the query.</summary>
    public const string Table = "data";

    /// <summary>The schema of the columns that are read.</summary>
    internal TableSchema ReadSchema()
    {
        var read = Columns.Where(c => Read.Contains(c.Name, StringComparer.OrdinalIgnoreCase)).ToList();
        return new TableSchema(Table, read) { PartitionColumns = [.. PartitionColumns.Where(p => read.Exists(c => Same(c.Name, p)))] };
    }

    /// <summary>The columns that are read from the files themselves.</summary>
    internal IReadOnlyList<string> Stored() => [.. Read.Where(c => !PartitionColumns.Contains(c, StringComparer.OrdinalIgnoreCase))];

    /// <summary>The file as a table's, with the values of its folders.</summary>
    internal ParquetFile Local(DataFile file, LocalSlice local) => new(
        local.Path,
        PartitionColumns.Zip(file.Partition).ToDictionary(p => p.First, p => p.Second, StringComparer.OrdinalIgnoreCase),
        local.Rows?.Select(r => (r.First, r.Last)).ToList());

    private static bool Same(string a, string b) => string.Equals(a, b, StringComparison.OrdinalIgnoreCase);
}
