namespace Pipeline.Embedded.EventHubs.Trigger;

/// <summary>Who owns a partition.</summary>
/// <param name="Partition">The partition.</param>
/// <param name="Owner">The host; empty where none does.</param>
/// <param name="IsActive">Whether the owner has given a sign lately.</param>
internal readonly record struct Ownership(string Partition, string Owner, bool IsActive);
