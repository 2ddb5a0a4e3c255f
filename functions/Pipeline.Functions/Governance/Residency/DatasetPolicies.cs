using Pipeline.Jobs;
using Pipeline.Storage;

namespace Pipeline.Governance;

/// <summary>Shows and changes the policies of datasets.</summary>
public sealed class DatasetPolicies
{
    private readonly PolicyStore _store;
    private readonly ResidencyRules _rules;

    internal DatasetPolicies(PolicyStore store, ResidencyRules rules) => (_store, _rules) = (store, rules);

    /// <summary>The policy of a dataset; null where it has none.</summary>
    /// <exception cref="DataPolicyException">It cannot be read.</exception>
    internal async Task<ResidencyPolicy?> FindAsync(string dataset, CancellationToken cancellationToken)
    {
        var found = await FindingAsync(dataset, cancellationToken);
        return found.Fault is { } fault ? throw new DataPolicyException(ResidencyJudge.Unreadable, $"{ResidencyPolicy.FileName} of dataset '{dataset}' cannot be read: {fault}.") : found.Policy;
    }

    /// <summary>Gives a dataset a policy, in the place of the one that it has. The change is kept in the audit log before it counts.</summary>
    /// <exception cref="JobConflictException">Somebody else changed it at the same time.</exception>
    internal async Task SetAsync(string dataset, ResidencyPolicy policy, CancellationToken cancellationToken)
    {
        var found = await FindingAsync(dataset, cancellationToken);
        var before = found.Policy?.ToString() ?? (found.Fault is null ? "anywhere" : "what could not be read");
        await _rules.RecordAsync("policy", DataUse.Dataset(dataset), $"from {before} to {policy}", cancellationToken);
        try
        {
            await _store.WriteAsync(DataUse.Dataset(dataset), policy, found.ETag is { } etag ? WriteCondition.IfMatch(etag) : WriteCondition.IfAbsent, cancellationToken);
        }
        catch (ConditionFailedException)
        {
            throw new JobConflictException($"The policy of dataset '{dataset}' was changed by somebody else at the same time. Look at it and try again.");
        }
    }

    private async Task<PolicyFinding> FindingAsync(string dataset, CancellationToken cancellationToken)
    {
        ObjectName.CheckSegment(dataset);
        return await _store.FindAsync(DataUse.Dataset(dataset), fresh: true, cancellationToken);
    }
}
