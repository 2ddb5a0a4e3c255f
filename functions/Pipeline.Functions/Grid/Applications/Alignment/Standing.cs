namespace Pipeline.Grid.Applications.Alignment;

/// <summary>A query's best alignment so far: the first end of those that score most.</summary>
/// <param name="Score">Its score; 0 where nothing aligns.</param>
/// <param name="Sequence">The reference's sequence, from 0.</param>
/// <param name="End">Its last letter in that sequence, from 0.</param>
internal readonly record struct Standing(int Score, int Sequence, int End);
