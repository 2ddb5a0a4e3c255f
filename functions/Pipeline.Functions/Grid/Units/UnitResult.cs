namespace Pipeline.Grid.Units;

/// <summary>One instance of a work unit.</summary>
internal sealed record UnitResult(int Ordinal)
{
    public ServerState State { get; init; }
    public ResultOutcome Outcome { get; init; }
    public ValidateState Validate { get; init; }
    public string? HostId { get; init; }
    public string? VolunteerId { get; init; }
    public DateTimeOffset SentAt { get; init; }
    public DateTimeOffset Deadline { get; init; }
    public double CpuSeconds { get; init; }

    /// <summary>In millionths; for comparison with others only.</summary>
    public long Claim { get; init; }

    public string? Sha256 { get; init; }
    public long Bytes { get; init; }

    public bool IsSuccess => State == ServerState.Over && Outcome == ResultOutcome.Success;

    /// <summary>A success that the validator has yet to look at, or could not decide on.</summary>
    public bool IsCandidate => IsSuccess && Validate is ValidateState.Initial or ValidateState.Inconclusive;
}
