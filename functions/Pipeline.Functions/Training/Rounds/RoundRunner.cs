using System.Globalization;
using Pipeline.Jobs;

namespace Pipeline.Training;

/// <summary>Does the work of the tasks of a round: brings a worker to the round's state, lets it compute, and exchanges what comes of it.</summary>
public sealed class RoundRunner(TrainingWorkspace workspace, TrainingState state, RoundExchange exchange, SampleStore samples, WarmWorkers warm)
{
    /// <summary>Runs a worker's share of a round, or of several as long as it hears of the others, and leaves its contributions.</summary>
    public async Task<RoundReport> TrainAsync(RoundTask task, CancellationToken cancellationToken)
    {
        var (job, meter) = (await workspace.OpenAsync(task.Run, cancellationToken), new Meter());
        var worker = warm.Take(task.Run, task.Worker) ?? new WarmWorker();
        try
        {
            await using WriteBehind writes = new(meter), checkpoints = new(meter);
            var replica = await BringToAsync(job, worker, task, task.Round, meter, cancellationToken);
            var (low, high) = SlicesOf(job, task.Worker, task.WorkersAt(task.Round));
            await LoadAsync(job, worker, low, high, cancellationToken);
            var (sum, last, at) = (new RoundReport(), new RoundReport(), task);
            while (true)
            {
                if (job.IsSynchronous && at.Worker == 0 && at.Round > 0 && at.Round % job.Spec.CheckpointEvery == 0)
                    await CheckpointAsync(job, replica.State(), checkpoints, cancellationToken);
                var pieces = meter.Compute(() => RoundCompute.Contribute(job, replica, worker, low, high, cancellationToken));
                EnsureFinite(job, at.Round, pieces);
                (sum, last) = (sum.Add(last), new RoundReport((long)Math.Round(pieces.Sum(p => p.Weight)), pieces.Sum(p => p.Loss)));
                await exchange.SendAsync(job, at, worker, pieces, writes, meter, cancellationToken);
                if (at.Round == task.Round + task.Rounds - 1 || await exchange.ReceiveAsync(job, at, writes, meter, cancellationToken) is not { } all)
                    break;
                meter.Compute(() => RoundCompute.Advance(job, replica, all));
                at = at with { Round = at.Round + 1 };
            }
            await writes.EndAsync();
            await checkpoints.EndAsync();
            warm.Return(task.Run, task.Worker, worker);
            return sum.Add(meter.Report) with { Rounds = at.Round - task.Round + 1, Last = last };
        }
        catch
        {
            // What was interrupted halfway is in no state that could be relied on.
            worker.Dispose();
            throw;
        }
    }

    /// <summary>Adds up to <see cref="RoundTree.FanIn"/> contributions, or sums of these, to one blob.</summary>
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

    /// <summary>All pieces of a round that is over.</summary>
    private async Task<IReadOnlyList<Piece>> PiecesAsync(TrainingJob job, RoundTask task, int round, Replica replica, Meter meter, CancellationToken cancellationToken)
    {
        var (at, level) = (task with { Round = round }, RoundTree.Levels(task.WorkersAt(round)).Count - 1);
        var top = RoundTree.Top(at);
        var found = await meter.ExchangeAsync(() => Task.WhenAll(top.Select(t => exchange.FindAsync(t, level, meter, cancellationToken))));
        var pieces = new List<Piece>();
        foreach (var (source, sent) in top.Zip(found))
            pieces.AddRange(sent ?? await ReduceAsync(job, source, level, replica, meter, cancellationToken));
        return pieces;
    }

    private async Task<IReadOnlyList<Piece>> ReduceAsync(TrainingJob job, RoundTask task, int level, Replica? replica, Meter meter, CancellationToken cancellationToken)
    {
        if (level == 0)
            return await ContributionAsync(job, task, replica, meter, cancellationToken);
        var pieces = new List<Piece>();
        foreach (var source in RoundTree.Sources(task, level))
        {
            pieces.AddRange(await meter.ExchangeAsync(() => exchange.FindAsync(source, level - 1, meter, cancellationToken))
                ?? await ReduceAsync(job, source, level - 1, replica, meter, cancellationToken));
        }
        var sums = SliceTree.Combine(pieces, job.SliceCount);
        await using var writes = new WriteBehind(meter);
        await exchange.SendSumAsync(task, level, sums, writes, cancellationToken);
        await writes.EndAsync();
        return sums;
    }

    // A contribution that is lost or damaged is computed again: everything that it follows from is known, so it has the same bits.
    private async Task<IReadOnlyList<Piece>> ContributionAsync(TrainingJob job, RoundTask task, Replica? replica, Meter meter, CancellationToken cancellationToken)
    {
        if (await FindAsync() is { } found)
            return found;
        using var worker = new WarmWorker();
        var start = replica is { } near && near.Round == task.Round && job.IsSynchronous ? near : await BringToAsync(job, worker, task, task.Round, meter, cancellationToken);
        var (low, high) = SlicesOf(job, task.Worker, task.WorkersAt(task.Round));
        await LoadAsync(job, worker, low, high, cancellationToken);
        var pieces = meter.Compute(() => RoundCompute.Contribute(job, start, worker, low, high, cancellationToken));
        await using (var writes = new WriteBehind(meter))
        {
            await exchange.SendAsync(job, task, worker, pieces, writes, meter, cancellationToken);
            await writes.EndAsync();
        }
        return await FindAsync() ?? throw new IOException($"{JobFiles.Container}/{RoundTree.Path(task, 0)} was written and cannot be read.");

        Task<IReadOnlyList<Piece>?> FindAsync() => meter.ExchangeAsync(() => exchange.FindAsync(task, 0, meter, cancellationToken));
    }

    private Task CheckpointAsync(TrainingJob job, TrainState checkpoint, WriteBehind checkpoints, CancellationToken cancellationToken) => checkpoints.AddAsync(async () =>
    {
        var (run, round, every) = (job.Run, checkpoint.Round, job.Spec.CheckpointEvery);
        await state.WriteAsync(run.Checkpoint(round), checkpoint.ToBytes(), cancellationToken);
        // Workers that are behind, or find this one damaged, go by the checkpoint before, which needs the rounds since.
        await state.DeleteAsync(run.Checkpoint(round - (2 * every)), cancellationToken);
        for (var old = Math.Max(0, round - (2 * every)); old < round - every; old++)
            await state.RemoveAsync(run.Round(old), cancellationToken);
        return 0;
    });

    private static void EnsureFinite(TrainingJob job, int round, IReadOnlyList<Piece> pieces)
    {
        if (!pieces.All(p => double.IsFinite(p.Loss)))
            throw Diverged(job, round, string.Create(CultureInfo.InvariantCulture, $"a loss of {pieces.Sum(p => p.Loss)}"));
    }

    private static TrainingException Diverged(TrainingJob job, int round, string what) => new(
        string.Create(CultureInfo.InvariantCulture, $"The training diverges: epoch {(round / job.Index.RoundsPerEpoch) + 1}, round {round} came to {what}."),
        $"Lower optimizer.learningRate (it is {job.Spec.Optimizer.LearningRate.ToString(CultureInfo.InvariantCulture)}), set clipNorm, or warm up with schedule.warmupEpochs.");
}
