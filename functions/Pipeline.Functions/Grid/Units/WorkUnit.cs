using System.Collections.Immutable;

namespace Pipeline.Grid.Units;

/// <summary>A piece of a job's work and its results so far.</summary>
internal sealed record WorkUnit(string JobId, UnitSetup Setup)
{
    public UnitKey Key => new(JobId, Setup.Number);

    /// <summary>Whether several hosts are to make it. A reliable host is believed alone.</summary>
    public bool Replicated { get; init; }

    public ImmutableArray<UnitResult> Results { get; init; } = [];

    /// <summary>The ordinal of the canonical result.</summary>
    public int? Canonical { get; init; }

    public UnitError Error { get; init; }

    public bool Assimilated { get; init; }

    /// <summary>What a valid result of it earns, in millionths; set with the canonical result.</summary>
    public long Grant { get; init; }

    /// <summary>Nothing will change what the job gets of it.</summary>
    public bool IsOver => Canonical is not null || Error != UnitError.None;

    public bool AwaitsAssimilation => IsOver && !Assimilated;

    public int Count(ServerState state)
    {
        var count = 0;
        foreach (var result in Results)
            count += result.State == state ? 1 : 0;
        return count;
    }

    public bool HasResultOf(string volunteerId)
    {
        foreach (var result in Results)
        {
            if (result.VolunteerId == volunteerId)
                return true;
        }
        return false;
    }

    public UnitResult? Find(int ordinal) => ordinal < Results.Length ? Results[ordinal] : null;

    public WorkUnit With(UnitResult result) => this with { Results = Results.SetItem(result.Ordinal, result) };

    /// <summary>Adds results that wait for a host.</summary>
    public WorkUnit WithUnsent(int count)
    {
        var results = Results.ToBuilder();
        for (var i = 0; i < count; i++)
            results.Add(new UnitResult(results.Count));
        return this with { Results = results.DrainToImmutable() };
    }

    /// <summary>Whether there is enough for the validator to look at, and something that it has not seen.</summary>
    public bool AwaitsValidation(int minQuorum)
    {
        if (Error != UnitError.None)
            return false;
        var (fresh, candidates) = (0, 0);
        foreach (var result in Results)
        {
            if (!result.IsCandidate)
                continue;
            candidates++;
            fresh += result.Validate == ValidateState.Initial ? 1 : 0;
        }
        return fresh > 0 && (Canonical is not null || candidates >= QuorumOf(minQuorum));
    }

    public int QuorumOf(int minQuorum) => Replicated ? minQuorum : 1;
}
