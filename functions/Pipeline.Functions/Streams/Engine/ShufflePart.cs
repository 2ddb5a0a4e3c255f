namespace Pipeline.Streams;

/// <summary>Partial results for one partition of the shuffle.</summary>
/// <param name="Partition">The partition, from 0.</param>
/// <param name="Parquet">The rows, for <see cref="StreamTask.ApplyPartialsAsync"/>.</param>
/// <param name="Rows">How many they are.</param>
public sealed record ShufflePart(int Partition, ReadOnlyMemory<byte> Parquet, long Rows);
