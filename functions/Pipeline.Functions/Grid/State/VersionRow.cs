using Pipeline.Grid.Scheduling;

namespace Pipeline.Grid.State;

/// <summary>How a version of an application does over all hosts.</summary>
internal sealed record VersionRow(ApplicationVersion Application)
{
    public long Valid { get; init; }
    public long Failed { get; init; }

    /// <summary>Processor time of valid results.</summary>
    public double CpuSeconds { get; init; }

    /// <summary>Estimated operations of valid results.</summary>
    public double Flops { get; init; }
}
