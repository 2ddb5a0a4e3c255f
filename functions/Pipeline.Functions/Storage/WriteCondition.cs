namespace Pipeline.Storage;

/// <summary>What must hold of an object for a write to replace it.</summary>
public readonly record struct WriteCondition
{
    /// <summary>Nothing: the last write wins. The default.</summary>
    public static WriteCondition None => default;

    /// <summary>There is no such object yet.</summary>
    public static WriteCondition IfAbsent { get; } = new() { MustBeAbsent = true };

    /// <summary>The object exists and is still this version.</summary>
    /// <param name="etag">An <see cref="ObjectInfo.ETag"/> as the store gave it.</param>
    public static WriteCondition IfMatch(string etag)
    {
        ArgumentException.ThrowIfNullOrEmpty(etag);
        return new WriteCondition { ETag = etag };
    }

    /// <summary>Whether the object must not exist.</summary>
    public bool MustBeAbsent { get; private init; }

    /// <summary>The version that the object must have; null for any.</summary>
    public string? ETag { get; private init; }
}
