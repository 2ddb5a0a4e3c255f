namespace Pipeline.Governance;

/// <summary>What the rules say of a use of data.</summary>
/// <param name="Rule">The rule that forbids it; null where it is allowed.</param>
/// <param name="Detail">The reason in words.</param>
/// <param name="Concerned">Whether any policy had a say.</param>
/// <param name="Inherited">The policy that what is written inherits; null where the inputs have none.</param>
internal sealed record Verdict(string? Rule, string Detail, bool Concerned, ResidencyPolicy? Inherited = null)
{
    public static Verdict Forbidden(string rule, string detail) => new(rule, detail, true);
}
