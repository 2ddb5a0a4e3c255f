namespace Pipeline.Grid.Applications.Signal;

/// <summary>Where a computation is, and what it has found.</summary>
/// <param name="Input">Which input it is of: the beginning of the input's checksum.</param>
/// <param name="Done">How many pairs of a drift rate and a transform are done.</param>
/// <param name="Found">What they have shown.</param>
internal sealed record SignalCheckpoint(string Input, int Done, IReadOnlyList<Detection> Found);
