namespace Pipeline.Governance;

/// <summary>A decision, before it has its place in the log.</summary>
/// <param name="Who">Whose request it was: a key, a user, the app itself.</param>
/// <param name="For">What it was for: a job, a stream.</param>
/// <param name="What">What was decided: <c>admit</c>, <c>read</c>, <c>write</c>, <c>inherit</c>, <c>policy</c>.</param>
/// <param name="Allowed">Whether it was allowed.</param>
/// <param name="Rule">The rule that forbade it; null where none did.</param>
/// <param name="Subjects">The data in question, such as <c>datasets/flights</c>.</param>
/// <param name="Detail">The reason in words.</param>
public sealed record AuditEntry(string Who, string For, string What, bool Allowed, string? Rule, IReadOnlyList<string> Subjects, string Detail);
