using Pipeline.Jobs;

namespace Pipeline.Batch;

/// <summary>What a task tells its orchestration: figures and names, never rows.</summary>
/// <param name="Tasks">How many tasks this is the report of: 1, or more in a sum.</param>
/// <param name="Rows">Rows in its output.</param>
/// <param name="Bytes">Bytes of its output.</param>
/// <param name="RowsRead">Rows read from datasets, before filters.</param>
/// <param name="BytesRead">Bytes read from storage.</param>
/// <param name="FetchMs">Milliseconds spent fetching input.</param>
/// <param name="QueryMs">Milliseconds spent in SQL.</param>
/// <param name="WriteMs">Milliseconds spent writing output.</param>
/// <param name="Error">Why it failed, where trying again cannot help; what can heal is thrown instead and tried again.</param>
/// <param name="Slowest">The slowest tasks of a sum, slowest first.</param>
public sealed record TaskReport(
    int Tasks = 1,
    long Rows = 0,
    long Bytes = 0,
    long RowsRead = 0,
    long BytesRead = 0,
    long FetchMs = 0,
    long QueryMs = 0,
    long WriteMs = 0,
    JobError? Error = null,
    IReadOnlyList<TaskTiming>? Slowest = null)
{
    // As many as a person wants to look at.
    private const int MostSlowest = 5;

    /// <summary>The sum of no reports.</summary>
    public static TaskReport None { get; } = new(Tasks: 0);

    /// <summary>The sum of two reports; the first error wins.</summary>
    public TaskReport Add(TaskReport other) => new(
        Tasks + other.Tasks,
        Rows + other.Rows,
        Bytes + other.Bytes,
        RowsRead + other.RowsRead,
        BytesRead + other.BytesRead,
        FetchMs + other.FetchMs,
        QueryMs + other.QueryMs,
        WriteMs + other.WriteMs,
        Error ?? other.Error,
        Slowest is null ? other.Slowest : other.Slowest is null ? Slowest : [.. Slowest.Concat(other.Slowest).OrderByDescending(t => t.Milliseconds).Take(MostSlowest)]);

    /// <summary>The report with the task's name and time, for sums to compare.</summary>
    public TaskReport Of(string task) => this with { Slowest = [new TaskTiming(task, FetchMs + QueryMs + WriteMs, RowsRead, BytesRead)] };
}
