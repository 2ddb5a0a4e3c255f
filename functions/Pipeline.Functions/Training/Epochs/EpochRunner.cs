using System.Globalization;
using System.Text.Json;
using Pipeline.Jobs;
using Pipeline.Storage;

namespace Pipeline.Training;

/// <summary>Tests the network at the end of an epoch, and judges whether it still gets better.</summary>
public sealed class EpochRunner(TrainingWorkspace workspace, TrainingState state, RoundRunner rounds, SampleStore samples, WarmWorkers warm, IObjectStore store)
{
    // A loss that has grown by this much will not come back.
    private const double Hopeless = 1_000;

    /// <summary>Tests on a worker's share of the validation data, and leaves the predictions. The first worker also leaves the weights.</summary>
    public async Task<RoundReport> TestAsync(EpochTask task, CancellationToken cancellationToken)
    {
        var (job, meter, run) = (await workspace.OpenAsync(task.At.Run, cancellationToken), new Meter(), task.At.Run);
        var worker = warm.Take(run, task.At.Worker) ?? new WarmWorker();
        try
        {
            var replica = await rounds.BringToAsync(job, worker, task.At, task.At.Round, meter, cancellationToken);
            var (low, high) = RoundTask.Slices(task.At.Worker, task.Testers, job.Index.Validation.Count);
            for (var part = low; part < high; part++)
            {
                if (!worker.Validation.TryGetValue(part, out var shard))
                    worker.Validation[part] = shard = await samples.LoadAsync(job.Plan, run, job.Index.Validation[part], cancellationToken);
                var predictions = meter.Compute(() => Predict(job, replica, shard, cancellationToken));
                await state.WriteAsync(run.Predictions(task.Epoch, part), predictions.ToBytes(), cancellationToken);
            }
            if (task.At.Worker == 0)
                await state.WriteAsync(run.EpochState(task.Epoch), replica.State().ToBytes(), cancellationToken);
            warm.Return(run, task.At.Worker, worker);
            return meter.Report;
        }
        catch
        {
            worker.Dispose();
            throw;
        }
    }

    /// <summary>Measures all predictions of an epoch.</summary>
    /// <exception cref="TrainingException">The training diverges.</exception>
    public async Task<EpochReport> CloseAsync(EpochEnd end, CancellationToken cancellationToken)
    {
        var job = await workspace.OpenAsync(end.Run, cancellationToken);
        var predictions = await ReadPredictionsAsync(job, end.Epoch, cancellationToken);
        var before = end.Epoch > 1 ? await ReadReportAsync(end.Run, end.Epoch - 1, cancellationToken) : null;
        var (loss, trainLoss) = (predictions.Loss / predictions.Count, end.Loss / Math.Max(1, end.Samples));
        if (!double.IsFinite(loss))
            throw Diverged(job, end.Epoch, string.Create(CultureInfo.InvariantCulture, $"a validation loss of {loss}"));
        if (before is not null && trainLoss > Hopeless * Math.Max(before.TrainLoss, 1e-3))
            throw Diverged(job, end.Epoch, string.Create(CultureInfo.InvariantCulture, $"a loss of {trainLoss:0.###}, after {before.TrainLoss:0.###}"));

        var metrics = job.Spec.Metrics.ToDictionary(m => m, m => Metrics.Of(m, predictions));
        var judged = job.Spec.Stopping?.Metric ?? "loss";
        var value = judged == "loss" ? loss : metrics[judged];
        var change = before is null ? double.PositiveInfinity : MetricNames.GreaterIsBetter(judged) ? value - before.BestValue : before.BestValue - value;
        var better = before is null || change > (job.Spec.Stopping?.MinimumChange ?? 0);
        var best = better ? end.Epoch : before!.Best;
        var report = new EpochReport(
            end.Epoch, trainLoss, loss, metrics, job.RateAt(end.Round - 1), end.Samples, end.Seconds, end.Bytes, best, better ? value : before!.BestValue,
            job.Spec.Stopping is { } stopping && end.Epoch - best >= stopping.Patience);
        await store.WriteAsync(JobFiles.Container, end.Run.EpochReport(end.Epoch), new MemoryStream(JsonSerializer.SerializeToUtf8Bytes(report, Responses.Json)), WriteCondition.None, cancellationToken);
        // The best epoch is kept, and this one, which may be the last.
        if (before is not null)
        {
            foreach (var old in new[] { end.Epoch - 1, before.Best }.Where(e => e != best && e != end.Epoch).Distinct())
                await RemoveAsync(job, old, cancellationToken);
        }
        return report;
    }

    /// <summary>The report of an epoch.</summary>
    internal Task<EpochReport> ReadReportAsync(TrainingRun run, int epoch, CancellationToken cancellationToken) =>
        store.ReadJsonAsync<EpochReport>(JobFiles.Container, run.EpochReport(epoch), Responses.Json, cancellationToken);

    /// <summary>All predictions of an epoch, in the order of the validation data.</summary>
    internal async Task<Predictions> ReadPredictionsAsync(TrainingJob job, int epoch, CancellationToken cancellationToken)
    {
        var parts = new List<Predictions>();
        for (var part = 0; part < job.Index.Validation.Count; part++)
        {
            parts.Add(Predictions.FromBytes(await store.ReadAllAsync(JobFiles.Container, job.Run.Predictions(epoch, part), cancellationToken)));
        }
        return Predictions.Join(parts);
    }

    /// <summary>What a network says of samples, with its loss.</summary>
    internal static Predictions Predict(TrainingJob job, Replica replica, Samples shard, CancellationToken cancellationToken)
    {
        var values = new List<float>();
        var (targets, loss) = (new List<float>(), 0.0);
        foreach (var (outputs, wanted) in replica.Predict(job.Batches, shard, cancellationToken))
        {
            loss += Losses.Sum(job.Spec.Loss, outputs, wanted);
            values.AddRange(outputs);
            targets.AddRange(wanted);
        }
        return Predictions.Of(job.Spec.Loss, job.Spec.Outputs(), [.. targets], [.. values], job.Index.Scaling, loss);
    }

    private async Task RemoveAsync(TrainingJob job, int epoch, CancellationToken cancellationToken)
    {
        await state.DeleteAsync(job.Run.EpochState(epoch), cancellationToken);
        for (var part = 0; part < job.Index.Validation.Count; part++)
            await state.DeleteAsync(job.Run.Predictions(epoch, part), cancellationToken);
    }

    private static TrainingException Diverged(TrainingJob job, int epoch, string what) => new(
        $"The training diverges: epoch {epoch} came to {what}.",
        $"Lower optimizer.learningRate (it is {job.Spec.Optimizer.LearningRate.ToString(CultureInfo.InvariantCulture)}), set clipNorm, or warm up with schedule.warmupEpochs.");
}
