using Pipeline.Grid.Units;

namespace Pipeline.Grid.State;

/// <summary>Counts of units and their results.</summary>
public sealed record Tally
{
    internal static Tally None { get; } = new();

    /// <summary>Units that are registered.</summary>
    public long Units { get; init; }

    /// <summary>Units with a canonical result.</summary>
    public long Done { get; init; }

    /// <summary>Units that the job's result has, or never will.</summary>
    public long Assimilated { get; init; }

    /// <summary>Units that were given up.</summary>
    public long Failed { get; init; }

    /// <summary>Results that wait for hosts.</summary>
    public long Unsent { get; init; }

    /// <summary>Results that hosts have.</summary>
    public long InProgress { get; init; }

    /// <summary>Valid results.</summary>
    public long Valid { get; init; }

    /// <summary>Invalid results.</summary>
    public long Invalid { get; init; }

    /// <summary>Results that were compared and did not decide.</summary>
    public long Inconclusive { get; init; }

    /// <summary>Results that the validator has not seen.</summary>
    public long Initial { get; init; }

    /// <summary>Results that came when their unit had been given up.</summary>
    public long TooLate { get; init; }

    /// <summary>Results that failed.</summary>
    public long Errors { get; init; }

    /// <summary>Results whose deadline passed.</summary>
    public long NoReply { get; init; }

    /// <summary>Results that hosts had when nobody needed them any more.</summary>
    public long Abandoned { get; init; }

    /// <summary>Credit granted, in millionths.</summary>
    public long Credit { get; init; }

    /// <summary>Results that hosts were given and that are over.</summary>
    internal long Spent => Valid + Invalid + Inconclusive + Initial + TooLate + Errors + NoReply + Abandoned;

    internal static Tally Of(WorkUnit? unit)
    {
        if (unit is null)
            return None;
        long unsent = 0, inProgress = 0, valid = 0, invalid = 0, inconclusive = 0, initial = 0, late = 0, errors = 0, noReply = 0, abandoned = 0;
        foreach (var result in unit.Results)
        {
            switch (result.State, result.Outcome, result.Validate)
            {
                case (ServerState.Unsent, _, _): unsent++; break;
                case (ServerState.InProgress, _, _): inProgress++; break;
                case (_, ResultOutcome.Error, _): errors++; break;
                case (_, ResultOutcome.NoReply, _): noReply++; break;
                // One that was never sent has cost nobody anything.
                case (_, ResultOutcome.Abandoned, _): abandoned += result.HostId is null ? 0 : 1; break;
                case (_, _, ValidateState.Valid): valid++; break;
                case (_, _, ValidateState.Invalid): invalid++; break;
                case (_, _, ValidateState.Inconclusive): inconclusive++; break;
                case (_, _, ValidateState.TooLate): late++; break;
                default: initial++; break;
            }
        }
        return new Tally
        {
            Units = 1,
            Done = unit.Canonical is null ? 0 : 1,
            Assimilated = unit.Assimilated ? 1 : 0,
            Failed = unit.Error == UnitError.None ? 0 : 1,
            Unsent = unsent,
            InProgress = inProgress,
            Valid = valid,
            Invalid = invalid,
            Inconclusive = inconclusive,
            Initial = initial,
            TooLate = late,
            Errors = errors,
            NoReply = noReply,
            Abandoned = abandoned,
            Credit = valid * unit.Grant,
        };
    }

    /// <summary>Both together.</summary>
    public static Tally operator +(Tally a, Tally b) => Combine(a, b, 1);

    /// <summary>The first without the second.</summary>
    public static Tally operator -(Tally a, Tally b) => Combine(a, b, -1);

    private static Tally Combine(Tally a, Tally b, int sign) => new()
    {
        Units = a.Units + (sign * b.Units),
        Done = a.Done + (sign * b.Done),
        Assimilated = a.Assimilated + (sign * b.Assimilated),
        Failed = a.Failed + (sign * b.Failed),
        Unsent = a.Unsent + (sign * b.Unsent),
        InProgress = a.InProgress + (sign * b.InProgress),
        Valid = a.Valid + (sign * b.Valid),
        Invalid = a.Invalid + (sign * b.Invalid),
        Inconclusive = a.Inconclusive + (sign * b.Inconclusive),
        Initial = a.Initial + (sign * b.Initial),
        TooLate = a.TooLate + (sign * b.TooLate),
        Errors = a.Errors + (sign * b.Errors),
        NoReply = a.NoReply + (sign * b.NoReply),
        Abandoned = a.Abandoned + (sign * b.Abandoned),
        Credit = a.Credit + (sign * b.Credit),
    };
}
