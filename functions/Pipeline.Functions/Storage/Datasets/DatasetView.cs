namespace Pipeline.Storage;

/// <summary>A dataset as the HTTP API shows it (<c>GET /api/datasets</c>).</summary>
/// <param name="Name">Its name.</param>
/// <param name="Files">How many Parquet files it has.</param>
/// <param name="Bytes">How many bytes they hold.</param>
/// <param name="PartitionColumns">Its Hive partition columns, outermost first.</param>
/// <param name="Rows">How many rows it has; null in a list, where the footers are not read.</param>
/// <param name="Columns">Its columns, partition columns last; null in a list, where the footers are not read.</param>
/// <param name="Closed">Whether an upload to it was closed with the marker; false while its first upload is under way, and for
/// files that came by another way.</param>
public sealed record DatasetView(
    string Name,
    int Files,
    long Bytes,
    IReadOnlyList<string> PartitionColumns,
    long? Rows = null,
    IReadOnlyList<DatasetColumn>? Columns = null,
    bool Closed = false);
