namespace Pipeline.Governance;

/// <summary>What was found where a policy would be.</summary>
/// <param name="Policy">The policy; null where there is none, or none that can be read.</param>
/// <param name="ETag">The version of its file; null where there is none.</param>
/// <param name="Fault">Why it cannot be read; null where it can.</param>
internal sealed record PolicyFinding(ResidencyPolicy? Policy, string? ETag, string? Fault)
{
    public static PolicyFinding None { get; } = new(null, null, null);
}
