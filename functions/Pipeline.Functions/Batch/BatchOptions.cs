using Pipeline.Jobs;

namespace Pipeline.Batch;

/// <summary>How a batch job runs.</summary>
/// <param name="TaskSize">How many bytes of Parquet a scan task reads at most, unless one row group alone is larger; null lets the
/// planner choose from how much there is.</param>
/// <param name="ParallelTasks">How many tasks run at the same time, 1 to 1,000; default 64.</param>
/// <param name="MemoryPerTask">How many bytes a task may use before it spills and, if that does not help, fails; default 1 GB.</param>
/// <param name="TaskTimeout">How long a task may take; default 30 minutes.</param>
public sealed record BatchOptions(long? TaskSize, int ParallelTasks, long MemoryPerTask, TimeSpan TaskTimeout)
{
    private const long Megabyte = 1024 * 1024;

    /// <summary>What holds where the spec is silent.</summary>
    public static BatchOptions Default { get; } = new(null, 64, 1024 * Megabyte, TimeSpan.FromMinutes(30));

    /// <summary>The most that a job may give a task.</summary>
    internal static TimeSpan LongestTask { get; } = TimeSpan.FromHours(24);

    internal static BatchOptions Read(SpecReader reader)
    {
        var options = new BatchOptions(
            reader.Size("taskSize", 1024, 16 * 1024 * Megabyte, "Bytes of Parquet that a task reads at most. Where it is absent, the planner takes a quarter of an even share, 4 MB to 128 MB."),
            (int)reader.Integer("parallelTasks", 1, 1_000, Default.ParallelTasks, "Tasks at the same time."),
            reader.Size("memoryPerTask", 16 * Megabyte, 1024 * 1024 * Megabyte, Default.MemoryPerTask, "Memory of a task before it spills to disk, and then fails."),
            TimeSpan.FromSeconds(reader.Integer("taskTimeoutSeconds", 1, (long)LongestTask.TotalSeconds, (long)Default.TaskTimeout.TotalSeconds, "Seconds that a task may take.")));
        reader.End();
        return options;
    }
}
