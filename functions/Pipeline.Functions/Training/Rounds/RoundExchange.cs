using System.Numerics.Tensors;

namespace Pipeline.Training;

/// <summary>Carries what workers send one another: within a process at once, from process to process by blobs. All of it is kept in
/// blobs, so that whoever comes later can take up where others are.</summary>
public sealed class RoundExchange(TrainingState state, Postbox postbox, TimeProvider time)
{
    /// <summary>How long a worker waits for others before it reports how far it came.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(50);

    /// <summary>Sends a worker's contribution to a round.</summary>
    internal async Task SendAsync(
        TrainingJob job, RoundTask task, WarmWorker worker, IReadOnlyList<Piece> pieces, WriteBehind writes, Meter meter, CancellationToken cancellationToken)
    {
        var exchange = job.Spec.Exchange;
        byte[]? bytes = null;
        float[]? residual = null;
        if (exchange.Encoding != "fp32")
        {
            residual = exchange.Encoding == "top-k" ? await meter.ExchangeAsync(() => ResidualAsync(job, task, worker, cancellationToken)) : null;
            // All go on from what is left of it, whether they read the blob or not.
            (bytes, pieces) = meter.Exchange(() =>
            {
                var encoded = Contribution.ToBytes([SliceTree.Sum(pieces, job.SliceCount)], exchange, job.Network.WeightCount, residual);
                return (encoded, task.Rounds > 1 ? Contribution.FromBytes(encoded) : pieces);
            });
            worker.Residual = residual is null ? null : (task.Round, residual);
        }
        Post(task, 0, pieces);
        await writes.AddAsync(async () =>
        {
            if (residual is not null)
                await KeepAsync(job, task, residual, cancellationToken);
            bytes ??= Contribution.ToBytes(pieces, exchange, 0);
            await state.WriteAsync(RoundTree.Path(task, 0), bytes, cancellationToken);
            return bytes.Length;
        });
    }

    /// <summary>Sends a sum of what others sent.</summary>
    internal Task SendSumAsync(RoundTask task, int level, IReadOnlyList<Piece> sums, WriteBehind writes, CancellationToken cancellationToken)
    {
        Post(task, level, sums);
        return writes.AddAsync(async () =>
        {
            var bytes = Contribution.ToBytes(sums, new ExchangeSpec(), 0);
            await state.WriteAsync(RoundTree.Path(task, level), bytes, cancellationToken);
            return bytes.Length;
        });
    }

    /// <summary>What a task has sent; null where it is missing or damaged.</summary>
    internal async Task<IReadOnlyList<Piece>?> FindAsync(RoundTask task, int level, Meter meter, CancellationToken cancellationToken)
    {
        var path = RoundTree.Path(task, level);
        if (postbox.Find(path) is { } posted)
            return posted;
        if (await state.ReadPiecesAsync(path, cancellationToken) is not { } found)
            return null;
        lock (meter)
            meter.BytesReceived += found.Bytes;
        return found.Pieces;
    }

    /// <summary>All of a round, as soon as all have contributed; null where somebody is not heard of for too long. Some workers add up what
    /// others sent, where they are many.</summary>
    internal async Task<IReadOnlyList<Piece>?> ReceiveAsync(TrainingJob job, RoundTask task, WriteBehind writes, Meter meter, CancellationToken cancellationToken)
    {
        var levels = RoundTree.Levels(task.WorkersAt(task.Round)).Count;
        var (number, rest) = (task.Worker, 0);
        for (var level = 1; level < levels; level++)
        {
            (number, rest) = Math.DivRem(number, RoundTree.FanIn);
            if (rest != 0)
                break;
            var sum = task with { Worker = number };
            if (await AllAsync(RoundTree.Sources(sum, level), level - 1) is not { } pieces)
                return null;
            await SendSumAsync(sum, level, meter.Compute(() => SliceTree.Combine(pieces, job.SliceCount)), writes, cancellationToken);
        }
        return await AllAsync(RoundTree.Top(task), levels - 1);

        async Task<IReadOnlyList<Piece>?> AllAsync(IReadOnlyList<RoundTask> tasks, int level)
        {
            var found = await meter.WaitAsync(() => Task.WhenAll(tasks.Select(t => WaitAsync(t, level, meter, cancellationToken))));
            return found.Contains(null) ? null : [.. found.SelectMany(p => p!)];
        }
    }

    private async Task<IReadOnlyList<Piece>?> WaitAsync(RoundTask task, int level, Meter meter, CancellationToken cancellationToken)
    {
        var (path, started, looked, pause) = (RoundTree.Path(task, level), time.GetTimestamp(), time.GetTimestamp(), FirstPause);
        while (true)
        {
            // Asked for before looking, so that nothing can come in between.
            var arrival = postbox.Arrival;
            if (postbox.Find(path) is { } posted)
                return posted;
            if (time.GetElapsedTime(looked) >= pause)
            {
                if (await FindAsync(task, level, meter, cancellationToken) is { } found)
                    return found;
                if (time.GetElapsedTime(started) >= Patience)
                    return null;
                looked = time.GetTimestamp();
                pause = pause * 1.5 < LongestPause ? pause * 1.5 : LongestPause;
            }
            await Task.WhenAny(arrival, Task.Delay(pause, time, cancellationToken));
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    // Nobody who sends to a round still asks for what was sent two rounds before: he has had all of the last one from those who had.
    private void Post(RoundTask task, int level, IReadOnlyList<Piece> pieces)
    {
        if (task.Rounds == 1)
            return;
        postbox.Post(RoundTree.Path(task, level), pieces);
        if (task.Round >= 2)
            postbox.Drop(RoundTree.Path(task with { Round = task.Round - 2 }, level));
    }

    private async Task KeepAsync(TrainingJob job, RoundTask task, float[] residual, CancellationToken cancellationToken)
    {
        var (run, workers) = (task.Run, task.WorkersAt(task.Round));
        await state.WriteAsync(run.Residual(task.Round, task.Worker, workers), FlatVector.ToBytes(residual), cancellationToken);
        if (job.Spec.Strategy.Type == StrategySpec.Federated)
        {
            // The one before is what this round follows from, should it have to be computed again.
            foreach (var round in (await state.RoundsAsync(run.Residuals(task.Worker, workers), cancellationToken)).Where(r => r < task.Round).SkipLast(1))
                await state.DeleteAsync(run.Residual(round, task.Worker, workers), cancellationToken);
            return;
        }
        var old = task.Round - (2 * job.Spec.CheckpointEvery) - 2;
        if (old >= 0)
            await state.DeleteAsync(run.Residual(old, task.Worker, task.WorkersAt(old)), cancellationToken);
    }

    // What a worker left out when it last sent. Where the number of workers has changed since, all share what all left out.
    private async Task<float[]> ResidualAsync(TrainingJob job, RoundTask task, WarmWorker worker, CancellationToken cancellationToken)
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
        if (worker.Residual is { } kept && kept.Round == task.Round - 1)
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
}
