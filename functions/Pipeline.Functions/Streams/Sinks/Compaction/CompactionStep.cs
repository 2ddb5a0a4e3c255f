namespace Pipeline.Streams;

/// <summary>A step of a compaction: what an activity is to do.</summary>
/// <param name="Dataset">The dataset.</param>
/// <param name="Id">The compaction.</param>
/// <param name="File">Which of its files, where the step is about one.</param>
public sealed record CompactionStep(string Dataset, string Id, int File = 0);
