namespace Pipeline.Training;

/// <summary>Samples of one shard that one task made: a range of its blob.</summary>
/// <param name="Task">The task.</param>
/// <param name="Offset">Where in the blob they begin.</param>
/// <param name="Length">How many bytes they have.</param>
/// <param name="Count">How many samples they are.</param>
/// <param name="Checksum">SHA-256 of the bytes, in hexadecimal.</param>
public sealed record DataPiece(int Task, long Offset, long Length, int Count, string Checksum);
