namespace Pipeline.Embedded.Durable;

/// <summary>
/// What is fixed about one execution of an instance. The key names the execution: a restart or continue-as-new has another.
/// </summary>
internal sealed record InstanceInfo(
    long Key,
    string Id,
    string Name,
    string Version,
    DateTime CreatedAt,
    DateTime? StartAt,
    ParentLink? Parent,
    IReadOnlyDictionary<string, string>? Tags);
