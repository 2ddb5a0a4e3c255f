using System.Diagnostics;
using System.Globalization;
using System.Numerics.Tensors;
using Pipeline.Jobs;

namespace Pipeline.Training;

/// <summary>Does the work of the tasks of a round: brings a worker to the round's state, lets it compute, and exchanges what comes of it.</summary>
public sealed class RoundRunner(TrainingWorkspace workspace, TrainingState state, SampleStore samples, WarmWorkers warm)
{
    /// <summary>How many blobs a task reads of a round at most; more are added up in a tree of tasks first.</summary>
    public const int FanIn = 8;

    private const int ParallelReads = 8;

    /// <summary>Runs a worker's share of a round, and leaves its contribution.</summary>
    public async Task<RoundReport> TrainAsync(RoundTask task, CancellationToken cancellationToken)
    {
        var (job, meter) = (await workspace.OpenAsync(task.Run, cancellationToken), new Meter());
        var worker = warm.Take(task.Run, task.Worker) ?? new WarmWorker();
        try
        {
            var replica = await BringToAsync(job, worker, task, task.Round, meter, cancellationToken);
            if (job.IsSynchronous && task.Worker == 0 && task.Round > 0 && task.Round % job.Spec.CheckpointEvery == 0)
                await CheckpointAsync(job, replica.State(), meter, cancellationToken);
            var (low, high) = SlicesOf(job, task.Worker, task.WorkersAt(task.Round));
            await LoadAsync(job, worker, low, high, cancellationToken);
            var pieces = meter.Compute(() => RoundCompute.Contribute(job, replica, worker, low, high, cancellationToken));
            EnsureFinite(job, task.Round, pieces);
            await SendAsync(job, task, worker, pieces, meter, cancellationToken);
            var report = meter.Report with { Samples = (long)Math.Round(pieces.Sum(p => p.Weight)), Loss = pieces.Sum(p => p.Loss) };
            warm.Return(task.Run, task.Worker, worker);
            return report;
        }
        catch
        {
            // What was interrupted halfway is in no state that could be relied on.
            worker.Dispose();
            throw;
        }
    }

    /// <summary>Adds up to <see cref="FanIn"/> contributions, or sums of these, to one blob.</summary>
    public async Task<RoundReport> ReduceAsync(RoundTask task, int level, CancellationToken cancellationToken)
    {
        var (job, meter) = (await workspace.OpenAsync(task.Run, cancellationToken), new Meter());
        await ReduceAsync(job, task, level, null, meter, cancellationToken);
        return meter.Report;
    }

    /// <summary>Ends a round of a strategy that averages: combines what the workers sent into the next checkpoint.</summary>
    /// <param name="task">The round.</param>
    /// <param name="participants">The workers that count.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async Task<RoundReport> CloseAsync(RoundTask task, IReadOnlyList<int> participants, CancellationToken cancellationToken)
    {
        var (job, meter) = (await workspace.OpenAsync(task.Run, cancellationToken), new Meter());
        var before = await state.NewestCheckpointAsync(task.Run, task.Round, cancellationToken);
        if (before.Round != task.Round)
            throw new TrainingException($"The checkpoint of round {task.Round} is missing or damaged.", "Submit the job again.");
        using var replica = new Replica(job.Spec, job.Network, before);
        var pieces = new List<Piece>();
        if (participants.Count == task.WorkersAt(task.Round) && job.Spec.Strategy.Aggregate == "mean")
        {
            pieces.AddRange(await PiecesAsync(job, task, task.Round, replica, meter, cancellationToken));
        }
        else
        {
            foreach (var participant in participants)
                pieces.AddRange(await ContributionAsync(job, task with { Worker = participant }, replica, meter, cancellationToken));
        }
        var after = meter.Compute(() => RoundCompute.Average(job, before, pieces));
        if (!after.Weights.All(float.IsFinite))
            throw Diverged(job, task.Round, "weights that are no numbers");
        await meter.ExchangeAsync(() => state.WriteAsync(task.Run.Checkpoint(after.Round), after.ToBytes(), cancellationToken));
        if (task.Round >= 2)
        {
            await state.DeleteAsync(task.Run.Checkpoint(task.Round - 1), cancellationToken);
            await state.RemoveAsync(task.Run.Round(task.Round - 1), cancellationToken);
        }
        return meter.Report;
    }

    /// <summary>Brings a worker's replica to the beginning of a round, from memory or from blobs.</summary>
    internal async Task<Replica> BringToAsync(TrainingJob job, WarmWorker worker, RoundTask task, int round, Meter meter, CancellationToken cancellationToken)
    {
        var replica = worker.Replica;
        // A replica of a strategy that averages has gone its own way in its last round.
        if (replica is null || replica.Round > round || !job.IsSynchronous)
        {
            if (replica is null)
                meter.Rebuilt++;
            var newest = await meter.ExchangeAsync(() => state.NewestCheckpointAsync(task.Run, round, cancellationToken));
            if (!job.IsSynchronous && newest.Round != round)
                throw new TrainingException($"The checkpoint of round {round} is missing or damaged.", "Submit the job again.");
            replica?.Dispose();
            worker.Replica = null;
            worker.Replica = replica = new Replica(job.Spec, job.Network, newest);
        }
        while (replica.Round < round)
        {
            var pieces = await PiecesAsync(job, task, replica.Round, replica, meter, cancellationToken);
            meter.Compute(() => RoundCompute.Advance(job, replica, pieces));
        }
        return replica;
    }

    /// <summary>Loads a worker's samples, as far as they are not there.</summary>
    private async Task LoadAsync(TrainingJob job, WarmWorker worker, int low, int high, CancellationToken cancellationToken)
    {
        for (var shard = low; shard < high; shard++)
        {
            if (!worker.Shards.ContainsKey(shard))
                worker.Shards[shard] = await samples.LoadAsync(job.Plan, job.Run, job.Index.Shards[shard], cancellationToken);
        }
    }

    private static (int Low, int High) SlicesOf(TrainingJob job, int worker, int workers) => RoundTask.Slices(worker, workers, job.SliceCount);

    private async Task SendAsync(TrainingJob job, RoundTask task, WarmWorker worker, IReadOnlyList<Piece> pieces, Meter meter, CancellationToken cancellationToken)
    {
        var workers = task.WorkersAt(task.Round);
        var exchange = job.Spec.Exchange;
        if (exchange.Encoding != "fp32")
            pieces = [SliceTree.Sum(pieces, job.SliceCount)];
        var residual = exchange.Encoding == "top-k" ? await ResidualAsync(job, task, worker, cancellationToken) : null;
        var bytes = Contribution.ToBytes(pieces, exchange, job.Network.WeightCount, residual);
        meter.BytesSent += bytes.Length;
        if (residual is not null)
        {
            worker.Residual = (task.Round, residual);
            await meter.ExchangeAsync(() => state.WriteAsync(task.Run.Residual(task.Round, task.Worker, workers), FlatVector.ToBytes(residual), cancellationToken));
            var old = task.Round - (2 * job.Spec.CheckpointEvery) - 2;
            if (job.Spec.Strategy.Type != StrategySpec.Federated && old >= 0)
                await state.DeleteAsync(task.Run.Residual(old, task.Worker, task.WorkersAt(old)), cancellationToken);
        }
        await meter.ExchangeAsync(() => state.WriteAsync(task.Run.Contribution(task.Round, task.Worker, workers), bytes, cancellationToken));
    }

    // What a worker left out when it last sent. Where the number of workers has changed since, all share what all left out.
    private async Task<float[]> ResidualAsync(TrainingJob job, RoundTask task, WarmWorker? worker, CancellationToken cancellationToken)
    {
        var (run, workers) = (task.Run, task.WorkersAt(task.Round));
        if (job.Spec.Strategy.Type == StrategySpec.Federated)
        {
            var rounds = await state.RoundsAsync(run.Residuals(task.Worker, workers), cancellationToken);
            var last = rounds.Where(r => r < task.Round).DefaultIfEmpty(-1).Max();
            return await VectorAsync(run.Residual(last, task.Worker, workers));
        }
        if (task.Round == 0)
            return new float[job.Network.WeightCount];
        if (worker?.Residual is { } kept && kept.Round == task.Round - 1)
            return (float[])kept.Values.Clone();
        var before = task.WorkersAt(task.Round - 1);
        if (before == workers)
            return await VectorAsync(run.Residual(task.Round - 1, task.Worker, workers));
        var mean = new float[job.Network.WeightCount];
        for (var other = 0; other < before; other++)
        {
            var left = await VectorAsync(run.Residual(task.Round - 1, other, before));
            TensorPrimitives.Add(mean, left, mean);
        }
        TensorPrimitives.Divide(mean, before, mean);
        return mean;

        async Task<float[]> VectorAsync(string path) => await state.ReadVectorAsync(path, cancellationToken) ?? new float[job.Network.WeightCount];
    }

    /// <summary>All pieces of a round, added up by tasks where they are many.</summary>
    private async Task<IReadOnlyList<Piece>> PiecesAsync(TrainingJob job, RoundTask task, int round, Replica replica, Meter meter, CancellationToken cancellationToken)
    {
        var at = task with { Round = round };
        var levels = Levels(at.WorkersAt(round));
        var pieces = new IReadOnlyList<Piece>[levels[^1]];
        var lost = new List<int>();
        await meter.ExchangeAsync(() => Parallel.ForAsync(0, pieces.Length, new ParallelOptions { MaxDegreeOfParallelism = ParallelReads, CancellationToken = cancellationToken }, async (i, token) =>
        {
            var found = await state.ReadPiecesAsync(Path(at with { Worker = i }, levels.Count - 1), token);
            lock (lost)
            {
                if (found is null)
                    lost.Add(i);
                meter.BytesReceived += found?.Bytes ?? 0;
            }
            pieces[i] = found?.Pieces ?? [];
        }));
        foreach (var i in lost)
            pieces[i] = await ReduceAsync(job, at with { Worker = i }, levels.Count - 1, replica, meter, cancellationToken);
        return [.. pieces.SelectMany(p => p)];
    }

    private async Task<IReadOnlyList<Piece>> ReduceAsync(TrainingJob job, RoundTask task, int level, Replica? replica, Meter meter, CancellationToken cancellationToken)
    {
        if (level == 0)
            return await ContributionAsync(job, task, replica, meter, cancellationToken);
        var below = Levels(task.WorkersAt(task.Round))[level - 1];
        var pieces = new List<Piece>();
        for (var i = task.Worker * FanIn; i < Math.Min((task.Worker + 1) * FanIn, below); i++)
        {
            var source = task with { Worker = i };
            var found = await meter.ExchangeAsync(() => state.ReadPiecesAsync(Path(source, level - 1), cancellationToken));
            meter.BytesReceived += found?.Bytes ?? 0;
            pieces.AddRange(found?.Pieces ?? await ReduceAsync(job, source, level - 1, replica, meter, cancellationToken));
        }
        var sums = SliceTree.Combine(pieces, job.SliceCount);
        var bytes = Contribution.ToBytes(sums, new ExchangeSpec(), 0);
        meter.BytesSent += bytes.Length;
        await meter.ExchangeAsync(() => state.WriteAsync(Path(task, level), bytes, cancellationToken));
        return sums;
    }

    // A contribution that is lost or damaged is computed again: everything that it follows from is known, so it has the same bits.
    private async Task<IReadOnlyList<Piece>> ContributionAsync(TrainingJob job, RoundTask task, Replica? replica, Meter meter, CancellationToken cancellationToken)
    {
        if (await meter.ExchangeAsync(() => state.ReadPiecesAsync(Path(task, 0), cancellationToken)) is { } found)
        {
            meter.BytesReceived += found.Bytes;
            return found.Pieces;
        }
        using var worker = new WarmWorker();
        var start = replica is { } near && near.Round == task.Round && job.IsSynchronous ? near : await BringToAsync(job, worker, task, task.Round, meter, cancellationToken);
        var (low, high) = SlicesOf(job, task.Worker, task.WorkersAt(task.Round));
        await LoadAsync(job, worker, low, high, cancellationToken);
        var pieces = meter.Compute(() => RoundCompute.Contribute(job, start, worker, low, high, cancellationToken));
        await SendAsync(job, task, worker, pieces, meter, cancellationToken);
        return (await state.ReadPiecesAsync(Path(task, 0), cancellationToken))?.Pieces
            ?? throw new IOException($"{JobFiles.Container}/{Path(task, 0)} was written and cannot be read.");
    }

    private async Task CheckpointAsync(TrainingJob job, TrainState checkpoint, Meter meter, CancellationToken cancellationToken)
    {
        var (run, round, every) = (job.Run, checkpoint.Round, job.Spec.CheckpointEvery);
        await meter.ExchangeAsync(() => state.WriteAsync(run.Checkpoint(round), checkpoint.ToBytes(), cancellationToken));
        // Workers that are behind, or find this one damaged, go by the checkpoint before, which needs the rounds since.
        await state.DeleteAsync(run.Checkpoint(round - (2 * every)), cancellationToken);
        for (var old = Math.Max(0, round - (2 * every)); old < round - every; old++)
            await state.RemoveAsync(run.Round(old), cancellationToken);
    }

    private static string Path(RoundTask task, int level) => level == 0
        ? task.Run.Contribution(task.Round, task.Worker, task.WorkersAt(task.Round))
        : task.Run.Reduced(task.Round, level, task.Worker);

    /// <summary>How many blobs there are on each level of a round: contributions, then sums of up to <see cref="FanIn"/>, until
    /// there are no more than that.</summary>
    internal static IReadOnlyList<int> Levels(int workers)
    {
        var levels = new List<int> { workers };
        while (levels[^1] > FanIn)
            levels.Add((levels[^1] + FanIn - 1) / FanIn);
        return levels;
    }

    private static void EnsureFinite(TrainingJob job, int round, IReadOnlyList<Piece> pieces)
    {
        if (!pieces.All(p => double.IsFinite(p.Loss)))
            throw Diverged(job, round, string.Create(CultureInfo.InvariantCulture, $"a loss of {pieces.Sum(p => p.Loss)}"));
    }

    private static TrainingException Diverged(TrainingJob job, int round, string what) => new(
        string.Create(CultureInfo.InvariantCulture, $"The training diverges: epoch {(round / job.Index.RoundsPerEpoch) + 1}, round {round} came to {what}."),
        $"Lower optimizer.learningRate (it is {job.Spec.Optimizer.LearningRate.ToString(CultureInfo.InvariantCulture)}), set clipNorm, or warm up with schedule.warmupEpochs.");

    /// <summary>Where the time of a task goes.</summary>
    internal sealed class Meter
    {
        private double _computeMs;
        private double _exchangeMs;

        public long BytesSent { get; set; }

        public long BytesReceived { get; set; }

        public int Rebuilt { get; set; }

        public RoundReport Report => new(ComputeMs: _computeMs, ExchangeMs: _exchangeMs, BytesSent: BytesSent, BytesReceived: BytesReceived, Rebuilt: Rebuilt);

        public T Compute<T>(Func<T> work)
        {
            var started = Stopwatch.GetTimestamp();
            var result = work();
            _computeMs += Stopwatch.GetElapsedTime(started).TotalMilliseconds;
            return result;
        }

        public void Compute(Action work) => Compute(() =>
        {
            work();
            return true;
        });

        public async Task<T> ExchangeAsync<T>(Func<Task<T>> work)
        {
            var started = Stopwatch.GetTimestamp();
            var result = await work();
            _exchangeMs += Stopwatch.GetElapsedTime(started).TotalMilliseconds;
            return result;
        }

        public Task ExchangeAsync(Func<Task> work) => ExchangeAsync(async () =>
        {
            await work();
            return true;
        });
    }
}
