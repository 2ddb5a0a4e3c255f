using System.Text;
using System.Text.Json;
using Microsoft.DurableTask;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Moq;
using Pipeline.Grid;
using Pipeline.Grid.Applications;
using Pipeline.Grid.Scheduling;
using Pipeline.Jobs;
using Pipeline.Storage;
using Pipeline.Tests.Storage;

namespace Pipeline.Tests.Grid;

/// <summary>Runs the orchestrator of grid jobs with its real activities over a store in memory. Whenever it waits, its hosts do what a test
/// has them do, and time goes on.</summary>
internal sealed class GridHub : IAsyncDisposable
{
    private const string Job = "job";

    private readonly FakeTimeProvider _time = new(GridRuns.Start);
    private readonly ServiceProvider _services;
    private readonly int _runs;

    /// <param name="settings">Settings of the app.</param>
    /// <param name="runs">How often each activity runs: a task hub may run one again.</param>
    public GridHub(IReadOnlyDictionary<string, string?>? settings = null, int runs = 1)
    {
        (_runs, Store) = (runs, new MemoryStore(_time));
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(settings ?? new Dictionary<string, string?>()).Build();
        _services = new ServiceCollection()
            .AddSingleton<IConfiguration>(configuration).AddSingleton<IObjectStore>(Store).AddSingleton<TimeProvider>(_time).AddLogging()
            .AddPipelineStorage(configuration).AddJobs().AddGrid(configuration).AddSingleton<IGridApplication>(new SquareApplication()).BuildServiceProvider();
    }

    public MemoryStore Store { get; }

    public T Service<T>() where T : notnull => _services.GetRequiredService<T>();

    public IGridScheduler Scheduler => _services.GetRequiredService<IGridScheduler>();

    public JobState? Shown { get; private set; }

    /// <summary>Histories that ended by continuing as new.</summary>
    public int Continuations { get; private set; }

    /// <summary>The longest time for which it slept.</summary>
    public TimeSpan LongestSleep { get; private set; }

    /// <summary>What the time is.</summary>
    public DateTimeOffset Now => _time.GetUtcNow();

    /// <summary>How far the orchestration's clock is ahead of the log's.</summary>
    public TimeSpan Ahead { get; init; }

    /// <summary>What the hosts do while the orchestration waits.</summary>
    public Func<Task> WhileWaiting { get; set; } = () => Task.CompletedTask;

    public async Task<JobOutput> RunAsync(int units, string fields = "")
    {
        var spec = $$"""{ "kind": "grid", "name": "test", "application": "square", "parameters": { "count": {{units}} }, "delayBound": "1h" {{fields}} }""";
        await Store.WriteAsync(JobFiles.Container, JobFiles.Spec(Job), new MemoryStream(Encoding.UTF8.GetBytes(spec)), WriteCondition.None, CancellationToken.None);
        var input = new GridInput(Job, "test");
        while (true)
        {
            object? next = null;
            var context = Context();
            context.Setup(c => c.ContinueAsNew(It.IsAny<object>(), It.IsAny<bool>())).Callback((object given, bool _) => next = given);
            var output = await GridOrchestrator.RunAsync(context.Object, input);
            if (next is null)
                return output!;
            Continuations++;
            input = JsonSerializer.Deserialize<GridInput>(JsonSerializer.Serialize(next))!;
        }
    }

    public async Task<IReadOnlyList<string>> RowsAsync(JobOutput output)
    {
        var result = await _services.GetRequiredService<JobResultReader>().ReadAsync(output, 100_000, CancellationToken.None);
        return [.. result.Rows.Select(r => string.Join(",", r.EnumerateArray().Select(v => v.ToString())))];
    }

    /// <summary>A host asks for work, and hands in for each what it makes of it; null for nothing at all.</summary>
    public async Task WorkAsync(HostKey host, Func<int, byte[]?> make, int tasks = 3)
    {
        await Scheduler.RegisterHostAsync(host, GridRuns.Facts, CancellationToken.None);
        foreach (var work in await Scheduler.RequestAsync(host, GridRuns.Ask(tasks), CancellationToken.None))
        {
            var input = await Store.ReadAllAsync("grid", work.InputPath, CancellationToken.None);
            if (make(int.Parse(Encoding.ASCII.GetString(input), System.Globalization.CultureInfo.InvariantCulture)) is not { } result)
                continue;
            await Store.WriteAsync("grid", $"results/{work.JobId}/{work.ResultId}", new MemoryStream(result), WriteCondition.None, CancellationToken.None);
            var report = new ResultReport(work.ResultId, true, null, 1, 1, 1, Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(result)), result.Length);
            await Scheduler.ReportAsync(host, [report], CancellationToken.None);
        }
    }

    public ValueTask DisposeAsync() => _services.DisposeAsync();

    private Mock<TaskOrchestrationContext> Context()
    {
        var context = new Mock<TaskOrchestrationContext>();
        context.Setup(c => c.NewGuid()).Returns(Guid.Parse("01234567-89ab-cdef-0123-456789abcdef"));
        context.Setup(c => c.CurrentUtcDateTime).Returns(() => (_time.GetUtcNow() + Ahead).UtcDateTime);
        context.Setup(c => c.SetCustomStatus(It.IsAny<object>())).Callback((object state) => Shown = (JobState)state);
        context.Setup(c => c.WaitForExternalEvent<bool>(GridOrchestrator.ProgressEvent, It.IsAny<CancellationToken>())).Returns(() => new TaskCompletionSource<bool>().Task);
        context.Setup(c => c.CreateTimer(It.IsAny<DateTime>(), It.IsAny<CancellationToken>())).Returns((DateTime until, CancellationToken _) => WaitAsync(until));
        Activity<GridShape>(context, (a, input) => a.SplitGrid((GridRun)input, CancellationToken.None));
        Activity<GridStep>(context, (a, input) => a.AdvanceGrid((GridAdvance)input, CancellationToken.None));
        Activity<int>(context, (a, input) => a.ValidateGridUnits((GridUnits)input, CancellationToken.None));
        Activity<PartReport>(context, (a, input) => a.AssimilateGridUnits((GridUnits)input, CancellationToken.None));
        context.Setup(c => c.CallActivityAsync(It.IsAny<TaskName>(), It.IsAny<object>(), It.IsAny<TaskOptions>()))
            .Returns(async (TaskName _, object input, TaskOptions _) =>
            {
                for (var run = 0; run < _runs; run++)
                    await Activities().CloseGrid((GridRun)input, CancellationToken.None);
            });
        return context;
    }

    private async Task WaitAsync(DateTime until)
    {
        until -= Ahead;
        var sleep = until - _time.GetUtcNow().UtcDateTime;
        LongestSleep = sleep > LongestSleep ? sleep : LongestSleep;
        await WhileWaiting();
        if (until > _time.GetUtcNow().UtcDateTime)
            _time.SetUtcNow(new DateTimeOffset(until));
    }

    private void Activity<T>(Mock<TaskOrchestrationContext> context, Func<GridActivities, object, Task<T>> run) =>
        context.Setup(c => c.CallActivityAsync<T>(It.IsAny<TaskName>(), It.IsAny<object>(), It.IsAny<TaskOptions>()))
            .Returns(async (TaskName _, object input, TaskOptions _) =>
            {
                var result = await run(Activities(), input);
                for (var again = 1; again < _runs; again++)
                    result = await run(Activities(), input);
                return JsonSerializer.Deserialize<T>(JsonSerializer.Serialize(result))!;
            });

    private GridActivities Activities() => ActivatorUtilities.CreateInstance<GridActivities>(_services);
}
