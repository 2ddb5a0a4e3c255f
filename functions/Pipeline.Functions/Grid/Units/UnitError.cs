namespace Pipeline.Grid.Units;

/// <summary>Why a work unit was given up.</summary>
public enum UnitError
{
    /// <summary>It was not.</summary>
    None,

    /// <summary>More results failed than <c>maxErrorResults</c>.</summary>
    TooManyErrors,

    /// <summary>It would take more results than <c>maxTotalResults</c>.</summary>
    TooManyResults,

    /// <summary>As many results as <c>maxSuccessResults</c> came, and no quorum of them agrees.</summary>
    NoConsensus,
}
