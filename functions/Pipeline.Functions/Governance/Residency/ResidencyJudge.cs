using Pipeline.Storage;

namespace Pipeline.Governance;

/// <summary>Judges uses of data by the policies of what is read and written.</summary>
internal sealed class ResidencyJudge(PolicyStore policies, AppRegion region)
{
    /// <summary>Data is read only in regions that its policy names.</summary>
    public const string Read = "residency/read";

    /// <summary>Data is written only in regions that its policy names.</summary>
    public const string Write = "residency/write";

    /// <summary>What is made of data may be processed in no region that the data may not be.</summary>
    public const string Inherit = "residency/inherit";

    /// <summary>Rows of data with a policy do not leave the app's own store.</summary>
    public const string Leave = "residency/leave";

    /// <summary>A policy that cannot be read allows nothing.</summary>
    public const string Unreadable = "residency/unreadable";

    /// <summary>An app that does not know where it runs may not use data that has a policy.</summary>
    public const string UnknownRegion = "residency/unknown-region";

    /// <summary>Judges a use.</summary>
    public async Task<Verdict> JudgeAsync(DataUse use, CancellationToken cancellationToken)
    {
        var concerned = false;
        HashSet<string>? bound = null;
        foreach (var input in use.Inputs)
        {
            var found = await policies.FindAsync(input, fresh: false, cancellationToken);
            if (Here(input, found, Read) is { } refusal)
                return refusal;
            if (found.Policy is not { } policy)
                continue;
            concerned = true;
            if (bound is null)
                bound = [.. policy.Regions];
            else
                bound.IntersectWith(policy.Regions);
        }
        foreach (var output in use.Outputs)
        {
            var found = await policies.FindAsync(output, fresh: false, cancellationToken);
            // A policy that another task has written a moment ago counts, though we may not have seen it yet.
            if (bound is not null && found == PolicyFinding.None)
                found = await policies.FindAsync(output, fresh: true, cancellationToken);
            if (Here(output, found, Write) is { } refusal)
                return refusal;
            concerned |= found.Policy is not null;
            if (bound is not null && await InheritsAsync(use, output, found, bound, cancellationToken) is { } unfit)
                return unfit;
        }
        if (bound is not null && use.LeavesBy.Count > 0)
            return Verdict.Forbidden(Leave, $"{Names(use.Inputs)} may be processed only in {Names(bound)}, and rows would leave by {string.Join(" and ", use.LeavesBy)}. Write a dataset instead.");
        return new Verdict(null, concerned ? $"allowed in {region.Name}" : "no policy", concerned, bound is null ? null : ResidencyPolicy.Of(bound));
    }

    private async Task<Verdict?> InheritsAsync(DataUse use, string output, PolicyFinding found, HashSet<string> bound, CancellationToken cancellationToken)
    {
        if (bound.Count == 0)
            return Verdict.Forbidden(Inherit, $"{Names(use.Inputs)} have no region in common where rows made of them may be processed.");
        if (found.Policy is { } own)
        {
            var wider = own.Regions.Except(bound, StringComparer.Ordinal).ToList();
            return wider.Count == 0 ? null : Verdict.Forbidden(Inherit, $"{output} may be processed in {Names(wider)}, where {Names(use.Inputs)} may not ({Names(bound)} only). Write another dataset, or narrow its policy.");
        }
        return await policies.HoldsDataAsync(output, cancellationToken)
            ? Verdict.Forbidden(Inherit, $"{output} holds data that may be processed anywhere, and {Names(use.Inputs)} may only be in {Names(bound)}. Write another dataset, or give this one a policy first.")
            : null;
    }

    private Verdict? Here(string subject, PolicyFinding found, string rule) =>
        found.Fault is { } fault ? Verdict.Forbidden(Unreadable, $"the policy of {subject} ({ResidencyPolicy.FileName}) cannot be read: {fault}. Until it is corrected, nothing of {subject} is used.")
        : found.Policy is not { } policy ? null
        : region.Name is not { } here ? Verdict.Forbidden(UnknownRegion, $"{subject} may be processed only in {policy}, and this app does not know where it runs. Set {AppRegion.Setting}.")
        : policy.Regions.Contains(here, StringComparer.Ordinal) ? null
        : Verdict.Forbidden(rule, $"{subject} may be processed only in {policy}, and this app runs in {here}. Use an app in one of these regions.");

    private static string Names(IEnumerable<string> names) => string.Join(", ", names.Order(StringComparer.Ordinal));
}
