namespace Pipeline.Grid.Scheduling;

/// <summary>What a host wants and has room for.</summary>
/// <param name="Seconds">Seconds of computing that it wants, over all its processors.</param>
/// <param name="MaxTasks">Tasks that it takes at most.</param>
/// <param name="MemoryBytes">Memory that is free for each task.</param>
/// <param name="DiskBytes">Disk space that is free for all tasks together.</param>
/// <param name="Applications">The applications that its client has.</param>
/// <param name="CachedFiles">SHA-256 of shared files that it has already: their work comes first.</param>
/// <param name="HeldResults">Every result that it has on it, running or waiting; those that it ought to have and has not are sent again.</param>
/// <param name="WaitUpTo">How long the answer may wait for work to come up.</param>
public sealed record WorkAsk(
    double Seconds,
    int MaxTasks,
    long MemoryBytes,
    long DiskBytes,
    IReadOnlyList<ApplicationVersion> Applications,
    IReadOnlyList<string> CachedFiles,
    IReadOnlyList<string> HeldResults,
    TimeSpan WaitUpTo);
