namespace Pipeline.Governance;

/// <summary>Records of the log, newest first.</summary>
/// <param name="Records">The records.</param>
/// <param name="Broken">The first of them, from the newest, that is missing, unreadable, or does not follow from the one before it; null
/// where the chain holds.</param>
/// <param name="Before">What to ask for to have the records before these; null where there are none.</param>
public sealed record AuditPage(IReadOnlyList<AuditRecord> Records, long? Broken, long? Before);
