using Pipeline.Sql;

namespace Pipeline.Streams;

/// <summary>What one commit of one partition gives to the sinks.</summary>
/// <param name="Origin">Where it comes from; names derive from it.</param>
/// <param name="Columns">The columns of the query's result, in order.</param>
/// <param name="Windows">For a query with windows: whose rows these are, in the order of the rows; otherwise null.</param>
/// <param name="Rows">How many rows there are.</param>
/// <param name="File">A local Parquet file of the rows, with exactly these columns under their stored names
/// (<see cref="StreamOutputReader"/> reads it).</param>
public sealed record StreamOutput(
    StreamOrigin Origin, IReadOnlyList<ColumnSchema> Columns, IReadOnlyList<OutputWindow>? Windows, long Rows, string File)
{
    /// <summary>The latest event time that the partition had seen at the commit, in microseconds since 1970: as much a part of the
    /// commit as the rows, so that names may be made of it.</summary>
    public long EventTime { get; init; }

    /// <summary>When the hub took the last event that the commit saw, in microseconds since 1970. Events are in this order, whatever their own times say.</summary>
    public long Enqueued { get; init; }
}
