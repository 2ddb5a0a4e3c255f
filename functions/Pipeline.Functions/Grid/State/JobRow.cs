using Pipeline.Grid.Scheduling;

namespace Pipeline.Grid.State;

/// <summary>A live job.</summary>
internal sealed record JobRow(JobSetup Setup, long Order)
{
    public IReadOnlyList<SharedFile> Files { get; init; } = [];

    /// <summary>The next page of units that is to be registered.</summary>
    public int NextPage { get; init; }

    /// <summary>Counts of the units that are no longer kept.</summary>
    public Tally Retired { get; init; } = Tally.None;
}
