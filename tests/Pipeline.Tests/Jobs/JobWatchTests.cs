using System.Diagnostics.Metrics;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Moq;
using Pipeline.Jobs;
using Pipeline.Storage;

namespace Pipeline.Tests.Jobs;

public sealed class JobWatchTests : IDisposable
{
    private static readonly DateTimeOffset s_now = new(2026, 5, 1, 12, 0, 0, TimeSpan.Zero);

    private readonly List<(string Figure, long Value, string? Tag)> _told = [];
    private readonly MeterListener _listener = new();
    private readonly List<OrchestrationMetadata> _instances = [];

    public JobWatchTests()
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == PipelineMeter.Name)
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => _told.Add((instrument.Name, value, tags.Length > 0 ? tags[0].Value?.ToString() : null)));
        _listener.Start();
    }

    public void Dispose() => _listener.Dispose();

    [Fact]
    public async Task Run_NothingRuns_SaysSoAllTheSame()
    {
        await RunAsync();

        Assert.Contains(("pipeline.orchestrations.running", 0L, null), _told);
        Assert.DoesNotContain(_told, told => told.Figure is "pipeline.orchestrations.stuck" or "pipeline.jobs.failed");
    }

    [Fact]
    public async Task Run_OrchestrationThatDoesNotMove_IsStuck()
    {
        Add("BatchJob", "a", OrchestrationRuntimeStatus.Running, s_now.AddHours(-27));
        Add("BatchJob", "b", OrchestrationRuntimeStatus.Pending, s_now.AddHours(-30));
        Add("UploadWatch", "c", OrchestrationRuntimeStatus.Running, s_now.AddMinutes(-1));

        await RunAsync();

        Assert.Contains(("pipeline.orchestrations.running", 3L, null), _told);
        Assert.Equal([("pipeline.orchestrations.stuck", 2L, "BatchJob")], _told.Where(told => told.Figure == "pipeline.orchestrations.stuck"));
    }

    [Fact]
    public async Task Run_ShorterSetting_IsHeeded()
    {
        Add("BatchJob", "a", OrchestrationRuntimeStatus.Running, s_now.AddHours(-2));

        await RunAsync("1h");

        Assert.Contains(("pipeline.orchestrations.stuck", 1L, "BatchJob"), _told);
    }

    [Fact]
    public async Task Run_JobThatFailedSinceTheLastLook_IsCountedOnce()
    {
        Add("BatchJob", "new", OrchestrationRuntimeStatus.Failed, s_now.AddMinutes(-2));
        Add("BatchJob", "old", OrchestrationRuntimeStatus.Failed, s_now.AddMinutes(-9));
        // Part of a job: the job itself tells.
        Add("BatchChunk", "chunk", OrchestrationRuntimeStatus.Failed, s_now.AddMinutes(-2));

        await RunAsync(last: s_now.AddMinutes(-5));

        Assert.Equal([("pipeline.jobs.failed", 1L, "batch")], _told.Where(told => told.Figure == "pipeline.jobs.failed"));
    }

    [Fact]
    public async Task Run_LookThatWasLeftOut_IsMadeUpFor()
    {
        Add("BatchJob", "old", OrchestrationRuntimeStatus.Failed, s_now.AddHours(-3));

        await RunAsync(last: s_now.AddHours(-4));

        Assert.Contains(("pipeline.jobs.failed", 1L, "batch"), _told);
    }

    [Fact]
    public async Task Run_SettingThatIsNoDuration_IsNamed()
    {
        var error = await Assert.ThrowsAsync<StorageException>(() => RunAsync("soon"));

        Assert.Contains("PipelineStuckAfter is 'soon'", error.Message, StringComparison.Ordinal);
    }

    private void Add(string name, string id, OrchestrationRuntimeStatus status, DateTimeOffset updatedAt) =>
        _instances.Add(new OrchestrationMetadata(name, id) { RuntimeStatus = status, CreatedAt = updatedAt.AddMinutes(-1), LastUpdatedAt = updatedAt });

    private Task RunAsync(string? stuckAfter = null, DateTimeOffset? last = null)
    {
        var kind = new Mock<IJobKind>();
        kind.SetupGet(k => k.Kind).Returns("batch");
        kind.SetupGet(k => k.Orchestrator).Returns("BatchJob");
        var client = new Mock<DurableTaskClient>("test");
        client.Setup(c => c.GetAllInstancesAsync(It.IsAny<OrchestrationQuery>())).Returns((OrchestrationQuery query) => Pageable.Create<OrchestrationMetadata>((_, _, _) =>
            Task.FromResult(new Page<OrchestrationMetadata>([.. _instances.Where(i => query.Statuses!.Contains(i.RuntimeStatus))], null))));
        var configuration = new ConfigurationBuilder().AddInMemoryCollection([new(JobWatch.StuckAfterSetting, stuckAfter)]).Build();
        var watch = new JobWatch([kind.Object], configuration, new FakeTimeProvider(s_now), NullLogger<JobWatch>.Instance);
        var timer = new TimerInfo { ScheduleStatus = last is { } at ? new ScheduleStatus { Last = at.UtcDateTime } : null };
        return watch.RunAsync(timer, client.Object, CancellationToken.None);
    }
}
