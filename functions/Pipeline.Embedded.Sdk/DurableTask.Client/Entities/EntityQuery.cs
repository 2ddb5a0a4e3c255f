namespace Microsoft.DurableTask.Client.Entities;

public record EntityQuery
{
    private readonly string? instanceIdStartsWith;

    /// <summary>
    /// The beginning of the id, <c>@name</c> or <c>@name@key…</c>; the name's case does not matter.
    /// </summary>
    public string? InstanceIdStartsWith
    {
        get => instanceIdStartsWith;
        init => instanceIdStartsWith = value is null ? null : WithLowerCaseName(value);
    }

    public DateTimeOffset? LastModifiedFrom { get; init; }

    public DateTimeOffset? LastModifiedTo { get; init; }

    public bool IncludeState { get; init; } = true;

    /// <summary>Whether entities without a state, which are only locked or awaiting operations, are listed too.</summary>
    public bool IncludeTransient { get; init; }

    public int? PageSize { get; init; }

    public string? ContinuationToken { get; init; }

    private static string WithLowerCaseName(string prefix)
    {
        var text = prefix.StartsWith('@') ? prefix : "@" + prefix;
        var key = text.IndexOf('@', 1);
        return key < 0 ? text.ToLowerInvariant() : text[..key].ToLowerInvariant() + text[key..];
    }
}
