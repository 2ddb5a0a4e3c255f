using Microsoft.DurableTask;
using Moq;
using Pipeline.Jobs;
using Pipeline.Training;

namespace Pipeline.Tests.Training;

/// <summary>The orchestration of a training against a mocked context: what it calls, in which order, and how it ends.</summary>
public class TrainingOrchestratorTests
{
    private static readonly TrainingShape Small = new(2, new StrategySpec(), Epochs: 2, Workers: 2, Slices: 8, CheckpointEvery: 2, 1, "accuracy", Rounds: 6, RoundsPerEpoch: 3, ValidationParts: 8, Samples: 60);

    private readonly Mock<TaskOrchestrationContext> _context = new();
    private readonly List<(string Name, object? Input)> _calls = [];
    private readonly List<JobState> _shown = [];
    private readonly TaskCompletionSource<int> _workersEvent = new();
    private readonly TaskCompletionSource _timer = new();
    private Func<RoundTask, Task<RoundReport>> _train = task => Task.FromResult(Trained(task.Rounds));
    private Func<EpochEnd, EpochOutcome> _judge = end => new EpochOutcome(Report(end.Epoch, stop: false));
    private TrainingInput? _next;

    [Fact]
    public async Task Run_Synchronous_PlansPreparesTrainsTestsAndPublishes()
    {
        var output = await RunAsync(Small);

        Assert.Equal(
            ["PlanTraining", "PrepareSamples", "PrepareSamples", "StartTraining",
             .. Enumerable.Repeat("TrainRound", 6), "TestEpoch", "TestEpoch", "CloseEpoch",
             .. Enumerable.Repeat("TrainRound", 4), "TestEpoch", "TestEpoch", "CloseEpoch", "PublishModel", "ForgetTraining"],
            _calls.Select(c => c.Name));
        Assert.Equal((7, 6, 120), (output!.Statistics["version"], output.Statistics["rounds"], output.Statistics["samples"]));
        Assert.Equal(["models/m/7/README.md"], output.Artifacts);
        Assert.Contains(_shown, s => s.Progress is { Stage: "train", Note: "epoch 2/2 · loss 0.5000 · validation 0.4000 · accuracy 75.00 %" });
    }

    [Fact]
    public async Task Run_WorkersThatHearOfEachOther_GoThroughMoreRoundsUpToTheCheckpointOrTheEpochsEnd()
    {
        var output = await RunAsync(Small with { Rounds = 50, RoundsPerEpoch = 25, CheckpointEvery = 20 });

        Assert.Equal([(0, 1), (1, 8), (9, 11), (20, 5), (25, 15), (40, 10)], Called<RoundTask>("TrainRound").Where(t => t.Worker == 1).Select(t => (t.Round, t.Rounds)));
        Assert.Equal((50, 50 * 2 * 10), (output!.Statistics["rounds"], output.Statistics["samples"]));
    }

    [Fact]
    public async Task Run_WorkersThatDoNotHearOfEachOther_GoOnTogetherRoundByRound()
    {
        // The second worker runs when the first has given up, and so comes one round further.
        _train = task => Task.FromResult(Trained(task.Rounds == 1 ? 1 : 1 + task.Worker));

        var output = await RunAsync(Small with { Rounds = 40, RoundsPerEpoch = 40, Epochs = 1, CheckpointEvery = 40 });

        Assert.Equal([(0, 1), (1, 8), .. Enumerable.Range(2, 32).Select(r => (r, 1)), (34, 6), .. Enumerable.Range(35, 5).Select(r => (r, 1))],
            Called<RoundTask>("TrainRound").Where(t => t.Worker == 0).Select(t => (t.Round, t.Rounds)));
        Assert.Equal(40 * 2 * 10, output!.Statistics["samples"]);
    }

    [Fact]
    public async Task Run_ManyWorkers_AddUpInATree()
    {
        await RunAsync(Small with { Workers = 20, Slices = 32, Rounds = 1, RoundsPerEpoch = 1, Epochs = 1 });

        Assert.Equal([(1, 0), (1, 1), (1, 2)], Called<ReduceTask>("ReduceRound").Select(t => (t.Level, t.At.Worker)));
    }

    [Fact]
    public async Task Run_LocalSgd_ClosesEveryRound()
    {
        await RunAsync(Small with { Strategy = new StrategySpec(StrategySpec.LocalSgd) });

        Assert.Equal(Enumerable.Range(0, 6), Called<CloseTask>("CloseRound").Select(t => t.At.Round));
        Assert.All(Called<CloseTask>("CloseRound"), t => Assert.Null(t.Participants));
    }

    [Fact]
    public async Task Run_FederatedWithADeadline_GoesOnWithoutThoseThatAreNotDone()
    {
        var late = new TaskCompletionSource<RoundReport>();
        _train = task =>
        {
            if (task is { Round: 0, Worker: 3 })
                _timer.SetResult();
            return task is { Round: 0, Worker: 1 } ? late.Task : Task.FromResult(Trained(task.Rounds));
        };

        var output = await RunAsync(Small with { Strategy = new StrategySpec(StrategySpec.Federated, DeadlineSeconds: 5), Workers = 4, Slices = 4, Rounds = 1, RoundsPerEpoch = 1, Epochs = 1 });

        Assert.Equal([0, 2, 3], Assert.Single(Called<CloseTask>("CloseRound")).Participants);
        Assert.Equal(1, output!.Statistics["leftOut"]);
    }

    [Fact]
    public async Task Run_FederatedWithNobodyInTime_WaitsForTheFirst()
    {
        _timer.SetResult();
        var tasks = new Dictionary<int, TaskCompletionSource<RoundReport>>();
        var allAsked = new TaskCompletionSource();
        _train = task =>
        {
            tasks[task.Worker] = new TaskCompletionSource<RoundReport>();
            if (tasks.Count == 3)
                allAsked.SetResult();
            return tasks[task.Worker].Task;
        };
        var run = RunAsync(Small with { Strategy = new StrategySpec(StrategySpec.Federated, DeadlineSeconds: 5), Workers = 3, Slices = 3, Rounds = 1, RoundsPerEpoch = 1, Epochs = 1 });
        await allAsked.Task;
        Assert.Empty(Called<CloseTask>("CloseRound"));

        tasks[2].SetResult(new RoundReport(10, 5));
        await run;

        Assert.Equal([2], Assert.Single(Called<CloseTask>("CloseRound")).Participants);
    }

    [Fact]
    public async Task Run_NoBetterForAWhile_EndsBeforeTheLastEpoch()
    {
        _judge = end => new EpochOutcome(Report(end.Epoch, stop: end.Epoch == 1));

        var output = await RunAsync(Small);

        Assert.Equal((1, 3), (output!.Statistics["epochs"], output.Statistics["rounds"]));
    }

    [Fact]
    public async Task Run_AWishForMoreWorkers_IsTakenUpAtTheNextCheckpoint()
    {
        _train = task =>
        {
            if (task is { Round: 0, Worker: 0 })
                _workersEvent.SetResult(4);
            return Task.FromResult(Trained(task.Rounds));
        };

        await RunAsync(Small);

        Assert.Equal([(0, 2), (1, 2), (2, 4), (3, 4), (4, 4)], Called<RoundTask>("TrainRound").GroupBy(t => t.Round).OrderBy(g => g.Key).Select(g => (g.Key, g.Count())));
        Assert.All(Called<RoundTask>("TrainRound").Where(t => t.Round >= 2), t => Assert.Equal((4, 2, 2), (t.Workers, t.WorkersBefore, t.ChangedAt)));
    }

    [Fact]
    public async Task Run_ManyRounds_GoesOnInANewHistoryWhereItWas()
    {
        var output = await RunAsync(Small with { Workers = 8, Rounds = 300, RoundsPerEpoch = 300, Epochs = 1, CheckpointEvery = 1 });

        Assert.Null(output);
        Assert.Equal(_calls.Count(c => c.Name == "TrainRound") / 8, _next!.At!.Round);
        Assert.InRange(_next.At.Round, 50, 200);
        Assert.Equal(("job1", "test"), (_next.Id, _next.Name));
        var generations = 1;
        while (_next is not null)
        {
            var at = _next;
            _next = null;
            output = await GoOnAsync(at);
            generations++;
        }
        Assert.InRange(generations, 2, 5);
        Assert.Equal(Enumerable.Range(0, 300), Called<RoundTask>("TrainRound").Where(t => t.Worker == 0).Select(t => t.Round));
        Assert.Equal(300 * 8 * 10, output!.Statistics["samples"]);
    }

    [Fact]
    public async Task Run_AWishInTheLastRoundOfAHistory_GoesOnWithTheNext()
    {
        const int LastRound = 111;
        _train = task =>
        {
            if (task is { Round: LastRound, Worker: 0 })
                _workersEvent.SetResult(4);
            return Task.FromResult(Trained(task.Rounds));
        };

        await RunAsync(Small with { Workers = 8, Rounds = 300, RoundsPerEpoch = 300, Epochs = 1, CheckpointEvery = 1 });

        Assert.Equal((LastRound + 1, 4), (_next!.At!.Round, _next.At.Wanted));
    }

    [Fact]
    public async Task Run_ATaskWithAnIncurableError_FailsWithIt()
    {
        var error = new JobError("The training diverges.", "round 2/worker 1", Advice: "Lower the rate.");
        _train = task => Task.FromResult(task.Round == 2 && task.Worker == 1 ? new RoundReport(Error: error) : new RoundReport(10, 5));

        var e = await Assert.ThrowsAsync<JobFailedException>(() => RunAsync(Small));

        Assert.Equal(error, e.Error);
        Assert.Equal(error, _shown[^1].Error);
        Assert.DoesNotContain(_calls, c => c.Name == "PublishModel");
    }

    [Fact]
    public async Task Run_ATaskThatFailsEveryTime_FailsWithWhatItSaid()
    {
        _train = task => task.Round == 1
            ? Task.FromException<RoundReport>(new TaskFailedException("TrainRound", 7, new TaskFailureDetails("IOException", "The disk is full.", null, null, null)))
            : Task.FromResult(Trained(task.Rounds));

        var e = await Assert.ThrowsAsync<JobFailedException>(() => RunAsync(Small));

        Assert.Equal(("The disk is full.", "round 1"), (e.Error.Message, e.Error.Task));
    }

    private static RoundReport Trained(int rounds) => new(10 * (rounds - 1), 5 * (rounds - 1), Rounds: rounds, Last: new RoundReport(10, 5));

    private static EpochReport Report(int epoch, bool stop) =>
        new(epoch, 0.5, 0.4, new Dictionary<string, double> { ["accuracy"] = 0.75 }, 0.1, 60, 1, 100, epoch, 0.4, stop);

    private Task<JobOutput?> RunAsync(TrainingShape shape)
    {
        _context.Setup(c => c.NewGuid()).Returns(Guid.Parse("01234567-89ab-cdef-0123-456789abcdef"));
        _context.Setup(c => c.SetCustomStatus(It.IsAny<object>())).Callback((object state) => _shown.Add((JobState)state));
        _context.Setup(c => c.ContinueAsNew(It.IsAny<object>(), true)).Callback((object input, bool _) => _next = (TrainingInput)input);
        _context.SetupSequence(c => c.WaitForExternalEvent<int>("Workers", It.IsAny<CancellationToken>())).Returns(_workersEvent.Task).Returns(new TaskCompletionSource<int>().Task)
            .Returns(new TaskCompletionSource<int>().Task).Returns(new TaskCompletionSource<int>().Task).Returns(new TaskCompletionSource<int>().Task);
        _context.Setup(c => c.CreateTimer(It.IsAny<DateTime>(), It.IsAny<CancellationToken>())).Returns(_timer.Task);
        _context.Setup(c => c.CreateTimer(It.IsAny<TimeSpan>(), It.IsAny<CancellationToken>())).Returns(_timer.Task);
        Activity(_ => Task.FromResult(shape));
        Activity(input => input is RoundTask task ? _train(task) : Task.FromResult(new RoundReport()));
        Activity(input => Task.FromResult(_judge((EpochEnd)input)));
        Activity(_ => Task.FromResult(new PublishedModel("m", 7, [], "job1/epochs.parquet", 2, 99, ["models/m/7/README.md"])));
        _context.Setup(c => c.CallActivityAsync(It.IsAny<TaskName>(), It.IsAny<object>(), It.IsAny<TaskOptions>())).Returns((TaskName name, object input, TaskOptions _) =>
        {
            _calls.Add((name.Name, input));
            return Task.CompletedTask;
        });
        return GoOnAsync(new TrainingInput("job1", "test"));
    }

    private Task<JobOutput?> GoOnAsync(TrainingInput input)
    {
        // One thing at a time, as a host runs orchestrators.
        var turns = new ConcurrentExclusiveSchedulerPair().ExclusiveScheduler;
        return Task.Factory.StartNew(() => TrainingOrchestrator.RunAsync(_context.Object, input), default, TaskCreationOptions.None, turns).Unwrap();
    }

    private void Activity<T>(Func<object, Task<T>> run) =>
        _context.Setup(c => c.CallActivityAsync<T>(It.IsAny<TaskName>(), It.IsAny<object>(), It.IsAny<TaskOptions>()))
            .Returns((TaskName name, object input, TaskOptions options) =>
            {
                Assert.Equal(5, options.Retry?.Policy?.MaxNumberOfAttempts);
                _calls.Add((name.Name, input));
                return run(input);
            });

    private IEnumerable<T> Called<T>(string name) => _calls.Where(c => c.Name == name).Select(c => (T)c.Input!);
}
