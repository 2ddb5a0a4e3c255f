namespace Pipeline.Governance;

/// <summary>A decision in its place in the log.</summary>
/// <param name="Number">Its place, from 1.</param>
/// <param name="At">When.</param>
/// <param name="Region">Where the app ran that decided; null where it did not know.</param>
/// <param name="Entry">The decision.</param>
/// <param name="Previous">The SHA-256 of the record before, in hex: who changes one record has to change all that follow.</param>
public sealed record AuditRecord(long Number, DateTimeOffset At, string? Region, AuditEntry Entry, string Previous);
