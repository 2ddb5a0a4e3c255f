namespace Pipeline.Streams;

/// <summary>A continuous query: what it reads, how, and where its results go.</summary>
/// <param name="Hub">The hub that it reads, one of those that the app listens to.</param>
/// <param name="Format">How events are written.</param>
/// <param name="Columns">The columns that events have.</param>
/// <param name="EventTime">The column that says when an event happened; null takes the time at which the hub got it.</param>
/// <param name="PartitionKey">The columns whose values senders use as partition key; empty where they use none.</param>
/// <param name="Tables">Reference tables: name in the query and dataset behind it.</param>
/// <param name="Query">One SELECT.</param>
/// <param name="Score">The model that scores the query's rows; null for none.</param>
/// <param name="From">Where in the log a stream begins.</param>
/// <param name="Watermark">How event time goes on.</param>
/// <param name="Late">What becomes of late events.</param>
/// <param name="Deduplicate">How repeated events are recognised; null where they are not.</param>
/// <param name="State">Bounds of the state.</param>
public sealed record StreamSpec(
    string Hub,
    StreamFormat Format,
    IReadOnlyList<StreamColumn> Columns,
    string? EventTime,
    IReadOnlyList<string> PartitionKey,
    IReadOnlyList<KeyValuePair<string, string>> Tables,
    string Query,
    ScoreSpec? Score,
    StreamStart From,
    WatermarkSpec Watermark,
    LateSpec Late,
    DeduplicateSpec? Deduplicate,
    StreamStateSpec State);
