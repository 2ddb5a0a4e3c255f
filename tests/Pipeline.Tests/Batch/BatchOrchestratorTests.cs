using Microsoft.DurableTask;
using Moq;
using Pipeline.Batch;
using Pipeline.Jobs;

namespace Pipeline.Tests.Batch;

/// <summary>The orchestration of a batch job against a mocked context: what it calls, in which order, and how it fails.</summary>
public class BatchOrchestratorTests
{
    private readonly Mock<TaskOrchestrationContext> _context = new();
    private readonly List<(string Name, object? Input)> _calls = [];
    private readonly List<JobState> _shown = [];
    private int _running;
    private int _mostRunning;

    [Fact]
    public async Task Run_UnsplitQuery_IsOneFinalTask()
    {
        Plan(new BatchShape([], 8, 1));
        Tasks(_ => new TaskReport());

        var output = await RunAsync();

        Assert.Equal(["PlanBatch", "RunFinalTask"], _calls.Select(c => c.Name));
        Assert.Equal(3, output.Rows);
        Assert.Equal(1, output.Statistics["tasks"]);
    }

    [Fact]
    public async Task Run_FewTasks_ScansThenFinishes()
    {
        Plan(new BatchShape([new BatchShapeStage("flights", 7, true)], 8, 1));
        Tasks(_ => new TaskReport(RowsRead: 10, BytesRead: 100));

        var output = await RunAsync();

        Assert.Equal(Enumerable.Range(0, 7), Called<BatchTaskRef>("RunStageTask").Select(t => t.Index));
        Assert.Single(Called<BatchRun>("RunFinalTask"));
        Assert.Equal(70, output.Statistics["rowsRead"]);
        Assert.Equal(new JobProgress("final", 2, 2, 8, 8, 70, 700), _shown[^1].Progress);
    }

    [Fact]
    public async Task Run_PlanGiven_ShowsHowFarItsStagesAreAndTheSlowestTasks()
    {
        Plan(new BatchShape([new BatchShapeStage("scan 1", 7, true)], 8, 1, Plan: [new StageProgress("scan 1", [], 0, 7), new StageProgress("final", ["scan 1"], 0, 1)]));
        Tasks(task => new TaskReport(RowsRead: 10, FetchMs: 1, QueryMs: 10 * task.Index, WriteMs: 2));

        await RunAsync();

        Assert.Equal([("scan 1", 0, 7), ("final", 0, 1)], Shown(_shown.First(s => s.Tasks is not null)));
        Assert.Equal([("scan 1", 7, 7), ("final", 1, 1)], Shown(_shown[^1]));
        Assert.Equal(
            [new TaskTiming("scan 1/6", 63, 10, 0), new TaskTiming("scan 1/5", 53, 10, 0), new TaskTiming("scan 1/4", 43, 10, 0), new TaskTiming("scan 1/3", 33, 10, 0), new TaskTiming("scan 1/2", 23, 10, 0)],
            _shown[^1].Tasks!.Slowest);

        static IEnumerable<(string, int, int)> Shown(JobState state) => state.Tasks!.Stages.Select(s => (s.Name, s.TasksDone, s.TasksTotal));
    }

    [Theory]
    [InlineData(32, true, new[] { 32 })]
    [InlineData(33, true, new[] { 33, 2 })]
    [InlineData(5_000, true, new[] { 5_000, 157, 5 })]
    [InlineData(5_000, false, new[] { 5_000 })]
    public void Levels_ManyStates_AreMergedInATree(int tasks, bool merges, int[] expected) =>
        Assert.Equal(expected, new BatchShapeStage("t", tasks, merges).Levels());

    [Fact]
    public async Task Run_ManyTasks_MergesEveryStateOnce()
    {
        Plan(new BatchShape([new BatchShapeStage("t", 100, true)], 8, 1));
        Tasks(_ => new TaskReport());

        await RunAsync();

        Assert.Equal([(1, 0), (1, 1), (1, 2), (1, 3)], Called<BatchTaskRef>("RunMergeTask").Select(t => (t.Level, t.Index)));
    }

    [Fact]
    public async Task Run_ParallelTasks_NeverExceedsTheLimit()
    {
        Plan(new BatchShape([new BatchShapeStage("t", 50, true)], 4, 1));
        Tasks(_ => new TaskReport(), slowly: true);

        await RunAsync();

        Assert.Equal(4, _mostRunning);
    }

    [Fact]
    public async Task Run_WideFanOut_GoesThroughSubOrchestrations()
    {
        Plan(new BatchShape([new BatchShapeStage("t", 600, true)], 512, 1));
        Tasks(_ => new TaskReport());
        _context.Setup(c => c.CallSubOrchestratorAsync<TaskReport>(It.IsAny<TaskName>(), It.IsAny<object>(), It.IsAny<TaskOptions>()))
            .Returns((TaskName name, object input, TaskOptions _) =>
            {
                _calls.Add((name.Name, input));
                return BatchOrchestrator.RunChunkAsync(_context.Object, (BatchChunk)input);
            });

        var output = await RunAsync();

        Assert.Equal([(0, 256, 256), (256, 256, 256), (512, 88, 256)], Called<BatchChunk>("BatchChunk").Select(c => (c.First.Index, c.Count, c.Parallel)));
        Assert.Equal(Enumerable.Range(0, 600), Called<BatchTaskRef>("RunStageTask").Select(t => t.Index).Order());
        Assert.Equal(600 + 19 + 1, output.Statistics["tasks"]);
    }

    [Fact]
    public async Task Run_TaskWithAnIncurableError_FailsWithItAndStartsNoMore()
    {
        var error = new JobError("The file is damaged.", "scan t/3", "datasets/t/3.parquet", "Upload it again.");
        Plan(new BatchShape([new BatchShapeStage("t", 50, true)], 2, 1));
        Tasks(t => t.Index == 3 ? new TaskReport(Error: error) : new TaskReport(), slowly: true);

        var e = await Assert.ThrowsAsync<JobFailedException>(RunAsync);

        Assert.Equal("Task scan t/3 failed: The file is damaged.", e.Message);
        Assert.Equal(error, _shown[^1].Error);
        Assert.InRange(Called<BatchTaskRef>("RunStageTask").Count(), 4, 5);
        Assert.DoesNotContain(_calls, c => c.Name == "RunFinalTask");
    }

    [Fact]
    public async Task Run_TaskThatFailsEveryTime_FailsWithWhatItSaid()
    {
        Plan(new BatchShape([new BatchShapeStage("t", 2, true)], 2, 1));
        Tasks(t => t.Index == 1
            ? throw new TaskFailedException("RunStageTask", 7, new TaskFailureDetails("IOException", "The disk is full.", null, null, null))
            : new TaskReport());

        var e = await Assert.ThrowsAsync<JobFailedException>(RunAsync);

        Assert.Equal("The disk is full.", e.Error.Message);
        Assert.Equal("t/1", e.Error.Task);
    }

    [Fact]
    public async Task Run_SpecThatNoLongerHolds_FailsWithThePlannersReason()
    {
        Plan(new BatchShape([], 8, 0, new JobError("There is no dataset 'flights'.")));

        var e = await Assert.ThrowsAsync<JobFailedException>(RunAsync);

        Assert.Equal("There is no dataset 'flights'.", e.Message);
        Assert.Equal(["PlanBatch"], _calls.Select(c => c.Name));
    }

    [Fact]
    public async Task Run_EveryActivity_HasARetryPolicy()
    {
        var options = new List<TaskOptions?>();
        Plan(new BatchShape([new BatchShapeStage("t", 3, true)], 2, 1), options);
        Tasks(_ => new TaskReport(), options: options);

        await RunAsync();

        Assert.Equal(5, options.Count);
        Assert.All(options, o => Assert.Equal(5, o?.Retry?.Policy?.MaxNumberOfAttempts));
    }

    private Task<JobOutput> RunAsync()
    {
        _context.Setup(c => c.InstanceId).Returns("job1");
        _context.Setup(c => c.NewGuid()).Returns(Guid.Parse("01234567-89ab-cdef-0123-456789abcdef"));
        _context.Setup(c => c.SetCustomStatus(It.IsAny<object>())).Callback((object state) => _shown.Add((JobState)state));
        // One thing at a time, as a host runs orchestrators.
        var turns = new ConcurrentExclusiveSchedulerPair().ExclusiveScheduler;
        return Task.Factory.StartNew(() => BatchOrchestrator.RunAsync(_context.Object, new JobInput("job1", "test")), default, TaskCreationOptions.None, turns).Unwrap();
    }

    private void Plan(BatchShape shape, List<TaskOptions?>? options = null) => Activity<BatchShape>(_ => shape, false, options);

    private void Tasks(Func<BatchTaskRef, TaskReport> run, bool slowly = false, List<TaskOptions?>? options = null)
    {
        Activity(input => run((BatchTaskRef)input), slowly, options);
        Activity(_ => new BatchOutcome(new TaskReport(Rows: 3), [], ["job1/part-0.parquet"]), slowly, options);
    }

    private void Activity<T>(Func<object, T> run, bool slowly, List<TaskOptions?>? options) =>
        _context.Setup(c => c.CallActivityAsync<T>(It.IsAny<TaskName>(), It.IsAny<object>(), It.IsAny<TaskOptions>()))
            .Returns(async (TaskName name, object input, TaskOptions given) =>
            {
                _calls.Add((name.Name, input));
                options?.Add(given);
                _mostRunning = Math.Max(_mostRunning, ++_running);
                if (slowly)
                    await Task.Yield();
                _running--;
                return run(input);
            });

    private IEnumerable<T> Called<T>(string name) => _calls.Where(c => c.Name == name).Select(c => (T)c.Input!);
}
