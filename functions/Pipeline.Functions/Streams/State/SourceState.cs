namespace Pipeline.Streams;

/// <summary>What a partition of the shuffle knows of a partition that sends to it.</summary>
/// <param name="Commit">The last of its commits that was taken.</param>
/// <param name="Watermark">Its watermark, in microseconds since 1970; null for none yet.</param>
/// <param name="Idle">Whether it is idle, so that it holds nobody back.</param>
/// <param name="Sequence">The place of that commit's message in the shuffle hub; -1 where that is not known.</param>
internal sealed record SourceState(long Commit, long? Watermark, bool Idle, long Sequence = -1);
