namespace Pipeline.Training;

/// <summary>How good the network is after an epoch.</summary>
/// <param name="Epoch">The epoch, from 1.</param>
/// <param name="TrainLoss">The mean loss of the training samples while they were learnt from.</param>
/// <param name="Loss">The mean loss of the validation samples afterwards.</param>
/// <param name="Metrics">The spec's metrics over the validation samples.</param>
/// <param name="LearningRate">The learning rate at the epoch's end.</param>
/// <param name="Samples">Samples that were learnt from.</param>
/// <param name="Seconds">How long it took, the test not counted.</param>
/// <param name="Bytes">Bytes that workers exchanged.</param>
/// <param name="Best">The best epoch so far.</param>
/// <param name="BestValue">The value that makes it so.</param>
/// <param name="Stop">Whether the training has gone long enough without getting better.</param>
public sealed record EpochReport(
    int Epoch, double TrainLoss, double Loss, IReadOnlyDictionary<string, double> Metrics, double LearningRate, long Samples, double Seconds, long Bytes, int Best, double BestValue, bool Stop);
