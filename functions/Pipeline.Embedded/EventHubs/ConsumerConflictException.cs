namespace Pipeline.Embedded.EventHubs;

/// <summary>A consumer may not read a partition because of others that do.</summary>
/// <param name="message">Who reads it and what to do.</param>
/// <param name="isOwned">True where a consumer of a higher epoch owns the partition; false where too many read it.</param>
internal sealed class ConsumerConflictException(string message, bool isOwned) : Exception(message)
{
    /// <summary>True where a consumer of a higher epoch owns the partition; false where too many read it.</summary>
    public bool IsOwned { get; } = isOwned;
}
