namespace Pipeline.Grid.Applications.Alignment;

/// <summary>A named sequence.</summary>
/// <param name="Name">Its name: the first word of a FASTA header.</param>
/// <param name="Codes">Its letters, as codes of the alphabet.</param>
internal sealed record Sequence(string Name, byte[] Codes);
