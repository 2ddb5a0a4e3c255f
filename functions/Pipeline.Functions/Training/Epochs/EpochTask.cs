namespace Pipeline.Training;

/// <summary>Names a part of the test at the end of an epoch.</summary>
/// <param name="At">The round that comes next, and the worker that tests.</param>
/// <param name="Epoch">The epoch that has ended, from 1.</param>
/// <param name="Testers">How many workers share the validation data.</param>
public sealed record EpochTask(RoundTask At, int Epoch, int Testers);
