namespace Pipeline.Grid.Scheduling;

/// <summary>A host asks for work.</summary>
/// <param name="Seconds">Seconds of computing that it wants, over all its processors.</param>
/// <param name="MaxTasks">Tasks that it takes at most.</param>
/// <param name="MemoryBytes">Memory that is free for each task.</param>
/// <param name="DiskBytes">Disk space that is free for all tasks together.</param>
/// <param name="Applications">The applications that its client has built in.</param>
/// <param name="CachedFiles">SHA-256 of shared files that it has already: their work comes first.</param>
/// <param name="HeldResults">Every result that it has on it, running or waiting; those that it ought to have and has not are sent again.</param>
/// <param name="WaitSeconds">How long the answer may wait for work to come up: 30 at most.</param>
public sealed record WorkRequest(
    double Seconds,
    int MaxTasks,
    long MemoryBytes,
    long DiskBytes,
    IReadOnlyList<ApplicationVersion> Applications,
    IReadOnlyList<string> CachedFiles,
    IReadOnlyList<string> HeldResults,
    double WaitSeconds);
