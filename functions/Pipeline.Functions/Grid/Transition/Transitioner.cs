using Pipeline.Grid.Spec;
using Pipeline.Grid.State;
using Pipeline.Grid.Units;

namespace Pipeline.Grid.Transition;

/// <summary>Decides what is next for a work unit: which results time out, whether more are needed, and when it is given up.</summary>
internal static class Transitioner
{
    /// <summary>The next event, or null where the unit waits for hosts, the validator or the assimilator.</summary>
    public static GridEvent? Next(UnitPolicy policy, WorkUnit unit, DateTimeOffset now) =>
        TimeOut(unit, now) ?? (unit.IsOver ? WindUp(unit, policy) : Continue(policy, unit));

    private static ResultEnded? TimeOut(WorkUnit unit, DateTimeOffset now)
    {
        foreach (var result in unit.Results)
        {
            if (result.State == ServerState.InProgress && result.Deadline <= now)
                return Ended(unit, result, ResultOutcome.NoReply);
        }
        return null;
    }

    // With a canonical result, hosts that are at work may still earn credit for theirs; of a unit that was given up nothing is wanted.
    private static GridEvent? WindUp(WorkUnit unit, UnitPolicy policy)
    {
        foreach (var result in unit.Results)
        {
            if (result.State == ServerState.Unsent || (result.State == ServerState.InProgress && unit.Error != UnitError.None))
                return Ended(unit, result, ResultOutcome.Abandoned);
        }
        return unit.Assimilated && unit.Count(ServerState.InProgress) == 0 && !unit.AwaitsValidation(policy.MinQuorum) ? new UnitRetired(unit.JobId, unit.Setup.Number) : null;
    }

    private static GridEvent? Continue(UnitPolicy policy, WorkUnit unit)
    {
        int errors = 0, open = 0, fresh = 0, inconclusive = 0;
        foreach (var result in unit.Results)
        {
            errors += result.Outcome == ResultOutcome.Error ? 1 : 0;
            open += result.State != ServerState.Over ? 1 : 0;
            fresh += result.IsSuccess && result.Validate == ValidateState.Initial ? 1 : 0;
            inconclusive += result.IsSuccess && result.Validate == ValidateState.Inconclusive ? 1 : 0;
        }
        if (errors > policy.MaxErrorResults)
            return Failed(unit, UnitError.TooManyErrors);
        if (unit.AwaitsValidation(policy.MinQuorum))
            return null;
        var wanted = unit.Replicated ? policy.TargetResults : 1;
        if (inconclusive > 0)
            wanted = Math.Max(wanted, inconclusive + 1);
        if (inconclusive >= policy.MaxSuccessResults)
            return Failed(unit, UnitError.NoConsensus);
        var missing = wanted - open - fresh - inconclusive;
        if (missing <= 0)
            return null;
        var room = policy.MaxTotalResults - unit.Results.Length;
        if (room > 0)
            return new ResultsAdded(unit.JobId, unit.Setup.Number, Math.Min(missing, room));
        return open == 0 ? Failed(unit, UnitError.TooManyResults) : null;
    }

    private static ResultEnded Ended(WorkUnit unit, UnitResult result, ResultOutcome outcome) => new(unit.JobId, unit.Setup.Number, result.Ordinal, outcome);

    private static UnitFailed Failed(WorkUnit unit, UnitError error) => new(unit.JobId, unit.Setup.Number, error);
}
