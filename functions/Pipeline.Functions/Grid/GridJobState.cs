using Pipeline.Jobs;

namespace Pipeline.Grid;

/// <summary>How far a grid job is: what its orchestration carries from one history to the next.</summary>
/// <param name="Run">The run.</param>
/// <param name="Shape">What the job is made of.</param>
public sealed record GridJobState(GridRun Run, GridShape Shape)
{
    // What a job's output names at most.
    private const int MostNamed = 100;

    /// <summary>Parts of the result that are written.</summary>
    public int Parts { get; init; }

    /// <summary>The first files.</summary>
    public IReadOnlyList<string> Files { get; init; } = [];

    /// <summary>How many files there are.</summary>
    public int FileCount { get; init; }

    /// <summary>Rows.</summary>
    public long Rows { get; init; }

    /// <summary>Bytes.</summary>
    public long Bytes { get; init; }

    /// <summary>The columns; null before the first rows.</summary>
    public IReadOnlyList<ResultColumn>? Columns { get; init; }

    /// <summary>Lists of units that were given up: the first.</summary>
    public IReadOnlyList<string> Failures { get; init; } = [];

    /// <summary>The state after another part.</summary>
    public GridJobState With(PartReport part) => this with
    {
        Parts = Parts + 1,
        Files = part.File is null || Files.Count >= MostNamed ? Files : [.. Files, part.File],
        FileCount = FileCount + (part.File is null ? 0 : 1),
        Rows = Rows + part.Rows,
        Bytes = Bytes + part.Bytes,
        Columns = Columns ?? part.Columns,
        Failures = part.Failures is null || Failures.Count >= MostNamed ? Failures : [.. Failures, $"{JobFiles.Results}/{part.Failures}"],
    };
}
