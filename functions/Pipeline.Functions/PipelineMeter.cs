using System.Diagnostics.Metrics;

namespace Pipeline;

/// <summary>The app's own figures, for dashboards and alerts. Whoever runs the app chooses who reads them.</summary>
public static class PipelineMeter
{
    /// <summary>What the figures are found under.</summary>
    public const string Name = "Pipeline";

    private static readonly Meter s_meter = new(Name);

    /// <summary>Jobs that have failed since the last look, by <c>kind</c>.</summary>
    public static Counter<long> JobsFailed { get; } = s_meter.CreateCounter<long>("pipeline.jobs.failed", "{job}");

    /// <summary>Orchestrations that have not ended. It is told at every look, so that silence means that nobody looks.</summary>
    public static Gauge<long> OrchestrationsRunning { get; } = s_meter.CreateGauge<long>("pipeline.orchestrations.running", "{orchestration}");

    /// <summary>Orchestrations that have not ended and have not moved for long, by <c>orchestrator</c>.</summary>
    public static Gauge<long> OrchestrationsStuck { get; } = s_meter.CreateGauge<long>("pipeline.orchestrations.stuck", "{orchestration}");

    /// <summary>Events that a hub has and a stream has not, by <c>stream</c>.</summary>
    public static Gauge<long> StreamLag { get; } = s_meter.CreateGauge<long>("pipeline.stream.lag", "{event}");

    /// <summary>Events of a stream that went to quarantine since its generation began, by <c>stream</c>.</summary>
    public static Gauge<long> StreamDeadLettered { get; } = s_meter.CreateGauge<long>("pipeline.stream.dead_lettered", "{event}");

    /// <summary>What somebody should look at in a stream: a sink that is down, a state that is full; by <c>stream</c>.</summary>
    public static Gauge<long> StreamAlarms { get; } = s_meter.CreateGauge<long>("pipeline.stream.alarms", "{alarm}");
}
