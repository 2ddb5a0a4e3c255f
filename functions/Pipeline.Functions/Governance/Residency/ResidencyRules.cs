using System.Collections.Concurrent;
using Pipeline.Access;
using Pipeline.Storage;

namespace Pipeline.Governance;

/// <summary>Enforces where data may be processed, and keeps every decision. It is asked when work is submitted, and again by the store
/// whenever data is opened or written: a policy may change in between, and nobody can forget to ask.</summary>
/// <param name="policies">The policies.</param>
/// <param name="judge">Judges by them.</param>
/// <param name="audit">Takes the decisions.</param>
/// <param name="uses">Tells what a job reads and writes; asked later, as it needs the store that asks this.</param>
/// <param name="time">The clock.</param>
internal sealed class ResidencyRules(PolicyStore policies, ResidencyJudge judge, AuditLog audit, Func<string, CancellationToken, Task<DataUse?>> uses, TimeProvider time) : IDataPolicy
{
    // The same thing decided again and again, for each range of a file, is one decision.
    private static readonly TimeSpan s_oneDecision = TimeSpan.FromHours(1);
    private const int MostRemembered = 10_000;

    private readonly ConcurrentDictionary<string, long> _recorded = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, DataUse> _uses = new(StringComparer.Ordinal);

    public async Task EnsureAsync(DataUse use, CancellationToken cancellationToken)
    {
        var verdict = await judge.JudgeAsync(use, cancellationToken);
        if (verdict.Concerned)
            await RecordAsync(use.By, "admit", [.. use.Inputs, .. use.Outputs], verdict, cancellationToken);
        Enforce(verdict);
    }

    /// <summary>Makes sure that data may be read here.</summary>
    public async ValueTask EnsureReadAsync(string subject, CancellationToken cancellationToken)
    {
        // Nearly all data has no policy.
        if (await policies.FindAsync(subject, fresh: false, cancellationToken) is { Policy: null, Fault: null })
            return;
        var by = DataFlow.Current?.By ?? "";
        var verdict = await judge.JudgeAsync(new DataUse(by, [subject], []), cancellationToken);
        await RecordOnceAsync(by, "read", [subject], verdict, cancellationToken);
        Enforce(verdict);
    }

    /// <summary>Makes sure that data may be written here, and has it inherit the policies of what it is made of.</summary>
    public async ValueTask EnsureWriteAsync(string subject, CancellationToken cancellationToken)
    {
        var use = await CurrentUseAsync(cancellationToken) is { } current ? current with { Outputs = [subject] } : new DataUse("", [], [subject]);
        var verdict = await judge.JudgeAsync(use, cancellationToken);
        if (!verdict.Concerned)
            return;
        await RecordOnceAsync(use.By, "write", [.. use.Inputs, subject], verdict, cancellationToken);
        Enforce(verdict);
        if (verdict.Inherited is not { } inherited || (await policies.FindAsync(subject, fresh: false, cancellationToken)).Policy is not null)
            return;
        try
        {
            await RecordAsync(use.By, "inherit", [subject], verdict with { Detail = $"{subject} may be processed in {inherited} only, like {string.Join(", ", use.Inputs)}" }, cancellationToken);
            await policies.WriteAsync(subject, inherited, WriteCondition.IfAbsent, cancellationToken);
        }
        catch (ConditionFailedException)
        {
            // Another task was first; whether its policy fits is judged like that of any other output.
            await policies.FindAsync(subject, fresh: true, cancellationToken);
            Enforce(await judge.JudgeAsync(use, cancellationToken));
        }
    }

    /// <summary>Keeps a decision that was made elsewhere.</summary>
    public Task RecordAsync(string what, string subject, string detail, CancellationToken cancellationToken) =>
        audit.AppendAsync(new AuditEntry(Who(), "", what, true, null, [subject], detail), cancellationToken);

    private static void Enforce(Verdict verdict)
    {
        if (verdict.Rule is { } rule)
            throw new DataPolicyException(rule, verdict.Detail);
    }

    private static string Who() => Caller.Current?.Name ?? "the app";

    private async Task<DataUse?> CurrentUseAsync(CancellationToken cancellationToken)
    {
        if (DataFlow.Current is not { } flow)
            return null;
        if (flow.Use is { } given)
            return given;
        if (_uses.TryGetValue(flow.JobId!, out var known))
            return known;
        if (await uses(flow.JobId!, cancellationToken) is not { } use)
            return null;
        if (_uses.Count >= MostRemembered)
            _uses.Clear();
        return _uses[flow.JobId!] = use;
    }

    private async Task RecordOnceAsync(string by, string what, IReadOnlyList<string> subjects, Verdict verdict, CancellationToken cancellationToken)
    {
        var key = $"{by}|{what}|{string.Join('|', subjects)}|{verdict.Rule}|{verdict.Detail}";
        if (_recorded.TryGetValue(key, out var at) && time.GetElapsedTime(at) < s_oneDecision)
            return;
        await RecordAsync(by, what, subjects, verdict, cancellationToken);
        if (_recorded.Count >= MostRemembered)
            _recorded.Clear();
        _recorded[key] = time.GetTimestamp();
    }

    private Task RecordAsync(string by, string what, IReadOnlyList<string> subjects, Verdict verdict, CancellationToken cancellationToken) =>
        audit.AppendAsync(new AuditEntry(Who(), by, what, verdict.Rule is null, verdict.Rule, subjects, verdict.Detail), cancellationToken);
}
