namespace Pipeline.Training;

/// <summary>The tree in which the contributions of a round become few enough for every worker to read them all.</summary>
internal static class RoundTree
{
    /// <summary>How many blobs a task reads of a round at most; more are added up first.</summary>
    public const int FanIn = 8;

    /// <summary>How many blobs there are on each level of a round: contributions, then sums of up to <see cref="FanIn"/>, until
    /// there are no more than that.</summary>
    public static IReadOnlyList<int> Levels(int workers)
    {
        var levels = new List<int> { workers };
        while (levels[^1] > FanIn)
            levels.Add((levels[^1] + FanIn - 1) / FanIn);
        return levels;
    }

    /// <summary>Where the blob of a task on a level is: its contribution, or its sum.</summary>
    public static string Path(RoundTask task, int level) => level == 0
        ? task.Run.Contribution(task.Round, task.Worker, task.WorkersAt(task.Round))
        : task.Run.Reduced(task.Round, level, task.Worker);

    /// <summary>The tasks of the level below whose blobs one sum is made of.</summary>
    public static IReadOnlyList<RoundTask> Sources(RoundTask task, int level)
    {
        var first = task.Worker * FanIn;
        return [.. Enumerable.Range(first, Math.Min(FanIn, Levels(task.WorkersAt(task.Round))[level - 1] - first)).Select(i => task with { Worker = i })];
    }

    /// <summary>The tasks whose blobs together are the round.</summary>
    public static IReadOnlyList<RoundTask> Top(RoundTask task) =>
        [.. Enumerable.Range(0, Levels(task.WorkersAt(task.Round))[^1]).Select(i => task with { Worker = i })];
}
