namespace Pipeline.Grid.Applications.Alignment;

/// <summary>Where a computation is, and what it has found.</summary>
/// <param name="Input">Which input it is of: the beginning of the input's checksum.</param>
/// <param name="Rows">What is told of the reads of the batches that are done, in the order of the batches.</param>
/// <param name="Sequence">The reference's sequence that is being gone through.</param>
/// <param name="Column">The next letter in it.</param>
/// <param name="Standings">The best scores so far of the batch's queries.</param>
internal sealed record AlignmentCheckpoint(string Input, IReadOnlyList<AlignmentRow> Rows, int Sequence, int Column, IReadOnlyList<Standing> Standings);
