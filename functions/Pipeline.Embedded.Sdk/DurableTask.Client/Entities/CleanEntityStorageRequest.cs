namespace Microsoft.DurableTask.Client.Entities;

public readonly record struct CleanEntityStorageRequest
{
    /// <summary>Everything that can be cleaned.</summary>
    public static CleanEntityStorageRequest Default { get; } = new() { RemoveEmptyEntities = true, ReleaseOrphanedLocks = true };

    public bool RemoveEmptyEntities { get; init; }

    public bool ReleaseOrphanedLocks { get; init; }

    public string? ContinuationToken { get; init; }
}
