using Pipeline.Sql;
using Pipeline.Storage;

namespace Pipeline.Batch;

/// <summary>A table of a query while it is planned: the dataset behind it, and what its footers say.</summary>
internal sealed class OpenTable(Dataset dataset, TableSchema schema)
{
    private readonly Lazy<Dictionary<string, ParquetFooter>> _footers = new(() => dataset.Files.ToDictionary(f => f.Object.Path, f => f.Footer, StringComparer.Ordinal));

    public Dataset Dataset => dataset;

    public TableSchema Schema => schema;

    /// <summary>The values of a file's partition columns.</summary>
    public IReadOnlyDictionary<string, string?> PartitionOf(DatasetFile file) =>
        Schema.PartitionColumns.Zip(file.Partition).ToDictionary(p => p.First, p => p.Second, StringComparer.OrdinalIgnoreCase);

    /// <summary>What the statistics of a row group say, for pruning.</summary>
    public static RowGroupStatistics Statistics(DatasetFile file, ParquetRowGroup group) => new(
        group.Rows,
        file.Footer.Columns.Zip(group.Chunks).ToDictionary(
            c => c.First.Name,
            c => new ColumnStatistics(c.Second.Statistics.Min, c.Second.Statistics.Max, c.Second.Statistics.NullCount),
            StringComparer.OrdinalIgnoreCase));

    /// <summary>Some row groups of a file, of which some columns are read.</summary>
    public static BatchFile Slice(DatasetFile file, IReadOnlyList<int> groups, IReadOnlyList<string> columns)
    {
        var sizes = groups.Select(g => Measure(file.Footer, g, columns)).ToList();
        return new BatchFile(file.Object.Path, file.Object.ETag, groups, sizes.Sum(s => s.Rows), sizes.Sum(s => s.Bytes), file.Partition);
    }

    /// <summary>Rows of a row group, and the bytes that some of its columns take.</summary>
    public (long Rows, long Bytes) Measure(BatchFile file, int group, IReadOnlyList<string> columns) => Measure(_footers.Value[file.Path], group, columns);

    /// <summary>The columns that a task reads: those that are needed, and at least one, as a table without columns has no rows. A
    /// partition column costs nothing; failing that, the smallest does.</summary>
    public IReadOnlyList<string> NeverNone(IReadOnlyList<string> columns)
    {
        if (columns.Count > 0 || Schema.Columns.Count == 0)
            return columns;
        if (Schema.PartitionColumns.Count > 0)
            return [Schema.PartitionColumns[0]];
        var smallest = Dataset.Files
            .SelectMany(f => f.Footer.RowGroups.SelectMany(g => f.Footer.Columns.Zip(g.Chunks)))
            .GroupBy(c => c.First.Name, StringComparer.OrdinalIgnoreCase)
            .MinBy(chunks => chunks.Sum(c => c.Second.CompressedBytes))?.Key;
        return [smallest ?? Schema.Columns[0].Name];
    }

    private static (long Rows, long Bytes) Measure(ParquetFooter footer, int group, IReadOnlyList<string> columns)
    {
        var rowGroup = footer.RowGroups[group];
        var bytes = footer.Columns.Zip(rowGroup.Chunks)
            .Where(c => columns.Contains(c.First.Name, StringComparer.OrdinalIgnoreCase))
            .Sum(c => c.Second.CompressedBytes);
        return (rowGroup.Rows, bytes);
    }
}
