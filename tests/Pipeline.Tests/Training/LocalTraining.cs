using System.Text;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Jobs;
using Pipeline.Storage;
using Pipeline.Tests.Storage;
using Pipeline.Training;

namespace Pipeline.Tests.Training;

/// <summary>The training room over a folder, its tasks called one after the other as the orchestrator would: so a test can lose,
/// damage and repeat what it likes in between.</summary>
internal sealed class LocalTraining : IDisposable
{
    private static readonly CancellationToken s_ct = CancellationToken.None;

    private readonly TemporaryFolder _folder;
    private readonly bool _isFolderMine;
    private readonly DuckDb _duck = new();
    private readonly ServiceProvider _services;

    /// <param name="other">Whose folder to share, as another process would; null for one of its own.</param>
    /// <param name="time">The clock; null for the system's.</param>
    public LocalTraining(LocalTraining? other = null, TimeProvider? time = null)
    {
        (_folder, _isFolderMine) = other is null ? (new TemporaryFolder(), true) : (other._folder, false);
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?> { [ObjectStoreFactory.StoreRootKey] = _folder.Path }).Build();
        _services = new ServiceCollection().AddSingleton(time ?? TimeProvider.System).AddPipelineStorage(configuration).AddJobs().AddTraining().AddSingleton<TrainingActivities>().BuildServiceProvider();
    }

    public TrainingActivities Activities => _services.GetRequiredService<TrainingActivities>();

    public IObjectStore Store => _services.GetRequiredService<IObjectStore>();

    public T Get<T>()
        where T : notnull => _services.GetRequiredService<T>();

    /// <summary>Writes a dataset.</summary>
    public void Write(string dataset, string sql, string file = "part-0")
    {
        Directory.CreateDirectory(_folder["datasets", dataset]);
        _duck.Write(sql, _folder["datasets", dataset, $"{file}.parquet"]);
    }

    /// <summary>Two moons of points, with a class each, and their height as a quantity.</summary>
    public void WriteMoons(int rows = 240) => Write("moons", $"""
        select cos(t) + (i % 2) - 0.5 + noise as x, (1 - 2 * (i % 2)) * sin(t) + (i % 2) * 0.5 - noise as y, (i % 2)::integer as class, sin(t) * 3 + 1 as height, 'site' || (i % 3) as site
        from (select i, (i * 37 % 100) / 100.0 * pi() as t, ((i * 7919) % 101) / 1000.0 - 0.05 as noise from range({rows}) r(i))
        """);

    /// <summary>A spec's parse, with all that is wrong with it.</summary>
    public static TrainingSpec Read(string spec) => TrainingSpec.Read(JobSpec.Parse(Encoding.UTF8.GetBytes(spec), ["training"]));

    /// <summary>Plans a job as its submission does.</summary>
    public Task<TrainingPlan> PlanAsync(string spec) => Get<TrainingPlanner>().PlanAsync(Read(spec), s_ct);

    /// <summary>Brings a job to its first round.</summary>
    public async Task<TrainingJob> StartAsync(string spec, string id = "job")
    {
        var run = new TrainingRun(id, "run");
        await Store.WriteAsync(JobFiles.Container, JobFiles.Spec(id), new MemoryStream(Encoding.UTF8.GetBytes(spec)), WriteCondition.None, s_ct);
        var shape = await Activities.PlanTraining(run, s_ct);
        Assert.True(shape.Error is null, $"{shape.Error}");
        for (var task = 0; task < shape.PrepareTasks; task++)
        {
            var prepared = await Activities.PrepareSamples(new PrepareRef(id, run.Run, task), s_ct);
            Assert.True(prepared.Error is null, $"{prepared.Error}");
        }
        var started = await Activities.StartTraining(run, s_ct);
        Assert.True(started.Error is null, $"{started.Error}");
        return await Get<TrainingWorkspace>().OpenAsync(run, s_ct);
    }

    /// <summary>Why a job cannot start: the error of the first task that refuses.</summary>
    public async Task<JobError> RefusedAsync(string spec)
    {
        var run = new TrainingRun("job", "run");
        await Store.WriteAsync(JobFiles.Container, JobFiles.Spec("job"), new MemoryStream(Encoding.UTF8.GetBytes(spec)), WriteCondition.None, s_ct);
        var shape = await Activities.PlanTraining(run, s_ct);
        for (var task = 0; shape.Error is null && task < shape.PrepareTasks; task++)
            shape = shape with { Error = (await Activities.PrepareSamples(new PrepareRef("job", "run", task), s_ct)).Error };
        return shape.Error ?? (await Activities.StartTraining(run, s_ct)).Error ?? throw new Xunit.Sdk.XunitException("The job starts.");
    }

    /// <summary>Runs rounds, all their workers one after the other.</summary>
    /// <param name="job">The job.</param>
    /// <param name="from">The first round.</param>
    /// <param name="to">The round behind the last one.</param>
    /// <param name="at">The number of workers, and what else a task carries.</param>
    /// <param name="between">Is called after each round.</param>
    public async Task<RoundReport> RunAsync(TrainingJob job, int from, int to, RoundTask? at = null, Func<int, Task>? between = null)
    {
        at ??= At(job, 0);
        var sum = new RoundReport();
        for (var round = from; round < to; round++)
        {
            var task = at with { Round = round };
            for (var worker = 0; worker < task.Workers; worker++)
                sum = sum.Add((await Activities.TrainRound(task with { Worker = worker }, s_ct)).UpTo(1));
            var levels = RoundTree.Levels(task.Workers);
            for (var level = 1; level < levels.Count; level++)
            {
                for (var i = 0; i < levels[level]; i++)
                    sum = sum.Add(await Activities.ReduceRound(new ReduceTask(task with { Worker = i }, level), s_ct));
            }
            if (between is not null)
                await between(round);
            if (!job.IsSynchronous)
                sum = sum.Add(await Activities.CloseRound(new CloseTask(task, null), s_ct));
            Assert.True(sum.Error is null, $"{sum.Error}");
        }
        return sum;
    }

    /// <summary>The first worker's share of a round.</summary>
    public static RoundTask At(TrainingJob job, int round, int? workers = null)
    {
        var count = workers ?? (job.Spec.Strategy.Type == StrategySpec.Federated ? job.SliceCount : job.Spec.Workers);
        return new RoundTask(job.Run.JobId, job.Run.Run, round, 0, count, count, 0);
    }

    /// <summary>The state after a number of rounds, built from blobs.</summary>
    public async Task<TrainState> StateAsync(TrainingJob job, RoundTask at)
    {
        using var worker = new WarmWorker();
        return (await Get<RoundRunner>().BringToAsync(job, worker, at, at.Round, new Meter(), s_ct)).State();
    }

    /// <summary>Runs a job from its start, and gives the state after some rounds.</summary>
    public async Task<TrainState> TrainAsync(string spec, int rounds, string id = "job")
    {
        var job = await StartAsync(spec, id);
        await RunAsync(job, 0, rounds);
        return await StateAsync(job, At(job, rounds));
    }

    /// <summary>Runs a job from its start over whole epochs.</summary>
    public async Task<TrainState> TrainEpochsAsync(string spec, int epochs, string id)
    {
        var job = await StartAsync(spec, id);
        var rounds = epochs * job.Index.RoundsPerEpoch;
        await RunAsync(job, 0, rounds);
        return await StateAsync(job, At(job, rounds));
    }

    /// <summary>Trains for an epoch, and tests.</summary>
    public async Task<EpochReport> EpochAsync(TrainingJob job, int epoch)
    {
        var sum = await RunAsync(job, (epoch - 1) * job.Index.RoundsPerEpoch, epoch * job.Index.RoundsPerEpoch);
        var at = At(job, epoch * job.Index.RoundsPerEpoch);
        for (var tester = 0; tester < 2; tester++)
            Assert.Null((await Activities.TestEpoch(new EpochTask(at with { Worker = tester }, epoch, 2), s_ct)).Error);
        var outcome = await Activities.CloseEpoch(new EpochEnd(job.Run.JobId, job.Run.Run, epoch, at.Round, sum.Samples, sum.Loss, 1, sum.BytesSent), s_ct);
        Assert.True(outcome.Error is null, $"{outcome.Error}");
        return outcome.Report!;
    }

    /// <summary>Runs a job from its start to its model.</summary>
    /// <param name="spec">The spec.</param>
    /// <param name="id">The job.</param>
    /// <param name="publish">How often the model is published.</param>
    public async Task<(TrainingJob Job, PublishedModel Published)> PublishAsync(string spec, string id = "job", int publish = 1)
    {
        var job = await StartAsync(spec, id);
        for (var epoch = 1; epoch <= job.Spec.Epochs; epoch++)
            await EpochAsync(job, epoch);
        var published = PublishedModel.Failed(new JobError("not yet"));
        for (var i = 0; i < publish; i++)
            published = await Activities.PublishModel(new EpochEnd(id, job.Run.Run, job.Spec.Epochs, job.Index.Rounds, 0, 0, 1, 0), s_ct);
        Assert.True(published.Error is null, $"{published.Error}");
        return (job, published);
    }

    /// <summary>All samples of a shard.</summary>
    public Task<Samples> SamplesAsync(TrainingJob job, int shard) => Get<SampleStore>().LoadAsync(job.Plan, job.Run, job.Index.Shards[shard], s_ct);

    public void Dispose()
    {
        _services.Dispose();
        _duck.Dispose();
        if (_isFolderMine)
            _folder.Dispose();
    }
}
