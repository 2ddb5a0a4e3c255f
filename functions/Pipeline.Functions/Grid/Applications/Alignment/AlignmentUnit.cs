namespace Pipeline.Grid.Applications.Alignment;

/// <summary>The input of a work unit: reads, or the numbers of simulated ones, and what they are aligned with.</summary>
/// <param name="Reference">The shared file with the reference.</param>
/// <param name="Scoring">How alignments score.</param>
/// <param name="BothStrands">Whether the reads' reverse complements are aligned too.</param>
/// <param name="MinScore">The least score of an alignment that is told.</param>
/// <param name="First">The number of the first simulated read.</param>
/// <param name="Count">How many reads there are.</param>
/// <param name="Simulated">How reads are simulated, or null.</param>
/// <param name="Reads">The reads that are not simulated.</param>
internal sealed record AlignmentUnit(string Reference, ScoringSpec Scoring, bool BothStrands, int MinScore, long First, int Count, SimulatedReads? Simulated = null, IReadOnlyList<UnitRead>? Reads = null)
{
    /// <summary>Reads an input.</summary>
    /// <exception cref="InvalidDataException">It is damaged.</exception>
    public static AlignmentUnit Parse(ReadOnlySpan<byte> input)
    {
        var unit = UnitJson.Read<AlignmentUnit>(input, "work unit's input");
        if (unit.Count is < 1 or > AlignmentParameters.MaxReadsPerUnit || unit.First < 0 || unit.MinScore < 1 || (unit.Reads is null) == (unit.Simulated is null) || unit.Reads is { } reads && reads.Count != unit.Count)
            throw new InvalidDataException("The work unit's input is damaged: it does not say which reads it has.");
        if (unit.Simulated is { } simulated && (simulated.Length is < 1 or > 4_096 || simulated.Substitutions is not (>= 0 and <= 1) || simulated.Insertions is not (>= 0 and <= 0.5) || simulated.Deletions is not (>= 0 and <= 0.9)))
            throw new InvalidDataException("The work unit's input is damaged: its simulated reads are out of bounds.");
        return unit;
    }
}
