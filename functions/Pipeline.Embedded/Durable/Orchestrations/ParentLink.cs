namespace Pipeline.Embedded.Durable;

/// <summary>Which task of which execution waits for a sub-orchestration.</summary>
internal sealed record ParentLink(long Key, string InstanceId, int TaskId, string Name);
