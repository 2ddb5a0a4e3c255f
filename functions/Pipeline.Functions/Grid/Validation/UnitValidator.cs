using Pipeline.Grid.Applications;
using Pipeline.Grid.State;
using Pipeline.Grid.Units;

namespace Pipeline.Grid.Validation;

/// <summary>Compares the results of a unit by the application's own rule.</summary>
internal sealed class UnitValidator(ResultFiles results)
{
    /// <summary>Judges a unit's results.</summary>
    /// <param name="application">The application.</param>
    /// <param name="job">The job.</param>
    /// <param name="unit">The unit, which awaits validation.</param>
    /// <param name="isSuspect">Whether a host was caught with an invalid result and has not made it good.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<Judgement> JudgeAsync(IGridApplication application, JobRow job, WorkUnit unit, Func<UnitResult, bool> isSuspect, CancellationToken cancellationToken)
    {
        var candidates = unit.Results.Where(r => r.IsCandidate).ToList();
        var files = await Task.WhenAll(candidates.Select(r => results.TryReadAsync(application, job, unit, r, cancellationToken)));
        var spoiled = candidates.Where((_, i) => files[i] is null).Select(r => new Verdict(r.Ordinal, null));
        var sound = candidates.Select((r, i) => (Result: r, File: files[i]?.Bytes)).Where(c => c.File is not null).ToList();
        if (unit.Canonical is { } canonical)
        {
            // Credit for those who were slower: what they made is held against what was found right.
            var right = sound.Count == 0 ? null : (await results.TryReadAsync(application, job, unit, unit.Results[canonical], cancellationToken))?.Bytes;
            var state = (byte[] file) => right is null ? ValidateState.TooLate : Agree(application.Validator, right, file) ? ValidateState.Valid : ValidateState.Invalid;
            return new Judgement(unit.Setup.Number, [.. spoiled, .. sound.Select(c => new Verdict(c.Result.Ordinal, state(c.File!)))], canonical, canonical, unit.Replicated);
        }
        var quorum = unit.QuorumOf(job.Setup.Policy.MinQuorum);
        if (sound.Count < quorum)
            return new Judgement(unit.Setup.Number, [.. spoiled], null, null, unit.Replicated);
        var (verdicts, found) = Quorum.Judge(
            [.. sound.Select(c => new Candidate(c.Result.Ordinal, isSuspect(c.Result)))], (a, b) => Agree(application.Validator, sound[a].File!, sound[b].File!), quorum);
        return new Judgement(unit.Setup.Number, [.. spoiled, .. verdicts], found, null, unit.Replicated);
    }

    private static bool Agree(IResultValidator validator, byte[] one, byte[] other) => one.AsSpan().SequenceEqual(other) || validator.Agree(one, other);
}
