using System.Buffers;
using System.Numerics.Tensors;

namespace Pipeline.Training;

/// <summary>The arithmetic of a round: from a replica and samples to pieces, and from pieces to the next state. It reads and writes
/// nothing, and depends on nothing but its arguments.</summary>
internal static class RoundCompute
{
    /// <summary>What a worker contributes to a round. A replica of a strategy that averages has moved on by itself afterwards.</summary>
    /// <param name="job">The job.</param>
    /// <param name="replica">The network, as of the round's beginning.</param>
    /// <param name="worker">The worker's samples.</param>
    /// <param name="low">Its first slice.</param>
    /// <param name="high">The slice behind its last one.</param>
    /// <param name="cancellationToken">Stops between two batches.</param>
    public static IReadOnlyList<Piece> Contribute(TrainingJob job, Replica replica, WarmWorker worker, int low, int high, CancellationToken cancellationToken) => job.Spec.Strategy.Type switch
    {
        StrategySpec.Synchronous => Gradients(job, replica, worker, low, high, cancellationToken),
        StrategySpec.LocalSgd => [LocalSteps(job, replica, worker, low, high, cancellationToken)],
        _ => [LocalEpochs(job, replica, worker, low, cancellationToken)],
    };

    /// <summary>Moves a replica of a synchronous training on by a round.</summary>
    public static void Advance(TrainingJob job, Replica replica, IReadOnlyList<Piece> pieces)
    {
        replica.Step(SliceTree.Sum(pieces, job.SliceCount), replica.Round + 1, job.RateAt(replica.Round));
        replica.Round++;
    }

    /// <summary>The state after a round of a strategy that averages.</summary>
    public static TrainState Average(TrainingJob job, TrainState before, IReadOnlyList<Piece> pieces)
    {
        var strategy = job.Spec.Strategy;
        var change = strategy.Aggregate == "mean" || strategy.Type == StrategySpec.LocalSgd
            ? Mean(SliceTree.Sum(pieces, job.SliceCount))
            : Robust.Combine([.. pieces.Where(p => p.Weight > 0).OrderBy(p => p.Low).Select(Mean)], strategy.Aggregate == "median" ? null : strategy.Trim);
        var (weights, count) = ((float[])before.Weights.Clone(), before.Weights.Length);
        TensorPrimitives.Add(weights, change.AsSpan(0, count), weights);
        var buffers = change.AsSpan(count, before.Buffers.Length).ToArray();
        var slots = before.Slots.Select((slot, i) => change.Length > count + buffers.Length
            ? change.AsSpan(count + buffers.Length + (i * count), count).ToArray()
            : slot).ToArray();
        return new TrainState(before.Round + 1, weights, buffers, slots);
    }

    private static IReadOnlyList<Piece> Gradients(TrainingJob job, Replica replica, WarmWorker worker, int low, int high, CancellationToken cancellationToken)
    {
        var (epoch, inEpoch) = Math.DivRem(replica.Round, job.Index.RoundsPerEpoch);
        var accumulate = job.Spec.Strategy.Accumulate;
        var pieces = new List<Piece>();
        for (var slice = low; slice < high; slice++)
        {
            Piece? sum = null;
            for (var batch = inEpoch * accumulate; batch < Math.Min((inEpoch + 1) * accumulate, job.Index.StepsPerEpoch); batch++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (Gradient(job, replica, worker, slice, epoch, batch) is { } gradient)
                    sum = sum is null ? gradient : SliceTree.Sum([sum, gradient], job.SliceCount);
            }
            pieces.Add(sum ?? new Piece(slice, slice + 1, 0, 0, new float[replica.PieceLength]));
        }
        return SliceTree.Combine(pieces, job.SliceCount);
    }

    // Workers average their optimisers' numbers too: a momentum that knew only its own worker's steps would pull the average astray.
    private static Piece LocalSteps(TrainingJob job, Replica replica, WarmWorker worker, int low, int high, CancellationToken cancellationToken)
    {
        var (epoch, inEpoch) = Math.DivRem(replica.Round, job.Index.RoundsPerEpoch);
        var (before, steps) = (replica.State(), job.Spec.Strategy.LocalSteps);
        var (samples, loss) = (0.0, 0.0);
        for (var step = 0; step < steps && (inEpoch * steps) + step < job.Index.StepsPerEpoch; step++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var batch = (inEpoch * steps) + step;
            var pieces = Enumerable.Range(low, high - low).Select(slice => Gradient(job, replica, worker, slice, epoch, batch)).OfType<Piece>().ToList();
            if (pieces.Count == 0)
                continue;
            var sum = SliceTree.Sum(pieces, job.SliceCount);
            replica.Step(sum, (epoch * job.Index.StepsPerEpoch) + batch + 1, job.RateAt(replica.Round, (double)step / steps));
            (samples, loss) = (samples + sum.Weight, loss + sum.Loss);
        }
        return Change(before, replica.State(), low, high, samples, loss, withSlots: true);
    }

    private static Piece LocalEpochs(TrainingJob job, Replica replica, WarmWorker worker, int shard, CancellationToken cancellationToken)
    {
        var (spec, before) = (job.Spec, replica.State());
        using var anchor = spec.Strategy.Proximal > 0 ? replica.Anchor() : null;
        var (samples, loss, step) = (0.0, 0.0, 0);
        var data = worker.Shards[shard];
        for (var local = 0; local < spec.Strategy.LocalEpochs; local++)
        {
            var epoch = (replica.Round * spec.Strategy.LocalEpochs) + local;
            for (var first = 0; first < data.Count; first += spec.BatchSize)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var sum = Gradient(job, replica, worker, shard, epoch, Order(job, worker, shard, epoch).AsSpan(first, Math.Min(spec.BatchSize, data.Count - first)), first);
                replica.Step(sum, ++step, job.RateAt(replica.Round), anchor);
                (samples, loss) = (samples + sum.Weight, loss + sum.Loss);
            }
        }
        // A worker counts by the samples that it has, however often it has looked at them.
        var scale = 1.0 / spec.Strategy.LocalEpochs;
        return Change(before, replica.State(), shard, shard + 1, samples * scale, loss * scale, withSlots: false);
    }

    private static Piece? Gradient(TrainingJob job, Replica replica, WarmWorker worker, int slice, int epoch, int batch)
    {
        var size = DataIndex.SliceSize(job.Spec, slice);
        var order = Order(job, worker, slice, epoch);
        var first = (long)batch * size;
        return first >= order.Length
            ? null
            : Gradient(job, replica, worker, slice, epoch, order.AsSpan((int)first, (int)Math.Min(size, order.Length - first)), batch);
    }

    private static Piece Gradient(TrainingJob job, Replica replica, WarmWorker worker, int slice, int epoch, ReadOnlySpan<int> positions, int place)
    {
        var (count, targets) = (positions.Length * job.Batches.InputWidth, new float[positions.Length]);
        // Lent and not made: an array of this size for every step kept the garbage collector busy beside the computing.
        var lent = ArrayPool<float>.Shared.Rent(count);
        try
        {
            var inputs = lent.AsSpan(0, count);
            job.Batches.Make(worker.Shards[slice], positions, slice, epoch, inputs, targets);
            var seed = SeededRandom.Mix((ulong)job.Spec.Seed, 0x64726f70, (ulong)epoch, (ulong)place, (ulong)slice);
            return replica.Gradient(inputs, targets, job.Batches.Shape(targets.Length), slice, seed);
        }
        finally
        {
            ArrayPool<float>.Shared.Return(lent);
        }
    }

    /// <summary>The order of a shard's samples in an epoch.</summary>
    internal static int[] Order(TrainingJob job, WarmWorker worker, int shard, int epoch)
    {
        if (worker.Orders.TryGetValue(shard, out var known) && known.Epoch == epoch)
            return known.Order;
        var order = new SeededRandom(SeededRandom.Mix((ulong)job.Spec.Seed, 0x6f72646572, (ulong)epoch, (ulong)shard)).Permutation(worker.Shards[shard].Count);
        worker.Orders[shard] = (epoch, order);
        return order;
    }

    private static Piece Change(TrainState before, TrainState after, int low, int high, double samples, double loss, bool withSlots)
    {
        var count = before.Weights.Length;
        var values = new float[count + before.Buffers.Length + (withSlots ? count * before.Slots.Length : 0)];
        TensorPrimitives.Subtract(after.Weights, before.Weights, values);
        after.Buffers.CopyTo(values, count);
        for (var i = 0; withSlots && i < after.Slots.Length; i++)
            after.Slots[i].CopyTo(values, count + before.Buffers.Length + (i * count));
        TensorPrimitives.Multiply(values, (float)samples, values);
        return new Piece(low, high, samples, loss, values);
    }

    private static float[] Mean(Piece sum)
    {
        var mean = new float[sum.Values.Length];
        TensorPrimitives.Divide(sum.Values, (float)sum.Weight, mean);
        return mean;
    }
}
