using System.Text.Json.Serialization;
using Pipeline.Sql;

namespace Pipeline.Batch;

/// <summary>A stage of a plan: tasks that run the same SQL and each leave a Parquet file, their state. It is either a scan, whose tasks
/// share out the rows of a table, or one task that derives a small table from earlier stages.</summary>
/// <param name="Title">What people call it, for instance <c>scan 1</c>.</param>
/// <param name="Scan">The scan; null for the other kind.</param>
/// <param name="Derived">The derived table; null for a scan.</param>
/// <param name="Tasks">The shares of a scan's tasks; empty for the other kind.</param>
public sealed record BatchStage(string Title, ScanBlock? Scan, DerivedTable? Derived, IReadOnlyList<BatchTask> Tasks)
{
    /// <summary>The name of its states as a table in later stages.</summary>
    [JsonIgnore]
    public string Name => Scan?.Name ?? Derived!.Name;

    /// <summary>What a task runs.</summary>
    [JsonIgnore]
    public string Sql => Scan?.PartialSql ?? Derived!.Sql;

    /// <summary>The columns of a state.</summary>
    [JsonIgnore]
    public IReadOnlyList<ColumnSchema> Columns => Scan?.Columns ?? Derived!.Columns;

    /// <summary>Names of the tables and earlier stages that every task reads whole.</summary>
    [JsonIgnore]
    public IReadOnlyList<string> Inputs => Scan?.Inputs ?? Derived!.Inputs;

    /// <summary>How many tasks it has, merges aside.</summary>
    [JsonIgnore]
    public int TaskCount => Scan is null ? 1 : Tasks.Count;

    /// <summary>Whether merging its states makes them smaller.</summary>
    [JsonIgnore]
    public bool Merges => Scan is { MergeShrinks: true };

    /// <summary>The number of states at each level of merging.</summary>
    public IReadOnlyList<int> Levels() => new BatchShapeStage(Title, TaskCount, Merges).Levels();
}
