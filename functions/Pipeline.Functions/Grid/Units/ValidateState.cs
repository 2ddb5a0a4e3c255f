namespace Pipeline.Grid.Units;

/// <summary>What the validator has made of a successful result.</summary>
public enum ValidateState
{
    /// <summary>It has not been looked at.</summary>
    Initial,

    /// <summary>It agrees with the canonical result.</summary>
    Valid,

    /// <summary>It differs from the canonical result.</summary>
    Invalid,

    /// <summary>It was compared, and no quorum agreed yet.</summary>
    Inconclusive,

    /// <summary>It came when its unit had been given up.</summary>
    TooLate,
}
