using Pipeline.Jobs;

namespace Pipeline.Grid.Applications.Alignment;

/// <summary>How alignments score, as a spec says it.</summary>
/// <param name="Matrix"><c>dna</c>, or a published matrix for proteins.</param>
/// <param name="Match">The score of equal bases; DNA only.</param>
/// <param name="Mismatch">The score of different bases; DNA only.</param>
/// <param name="GapOpen">What a gap costs, apart from its letters.</param>
/// <param name="GapExtend">What each letter of a gap costs.</param>
internal sealed record ScoringSpec(string Matrix, int Match, int Mismatch, int GapOpen, int GapExtend)
{
    public bool IsDna => Matrix == Scoring.DnaMatrix;

    public static ScoringSpec Read(SpecReader spec)
    {
        var matrix = spec.Choice("matrix", [.. Scoring.Matrices], Scoring.DnaMatrix, "What pairs of letters score: DNA, or a published matrix for proteins.");
        var dna = matrix == Scoring.DnaMatrix;
        foreach (var field in new[] { "match", "mismatch" })
        {
            if (!dna && spec.Has(field))
                spec.Fault(field, $"{matrix} says what pairs of letters score. Leave '{field}' out.");
        }
        var scoring = new ScoringSpec(matrix,
            (int)spec.Integer("match", 1, Scoring.MaxPenalty, 2, "The score of equal bases; DNA only."),
            (int)spec.Integer("mismatch", -Scoring.MaxPenalty, 0, -3, "The score of different bases; DNA only."),
            (int)spec.Integer("gapOpen", 0, Scoring.MaxPenalty, dna ? 5 : 11, "What a gap costs, apart from its letters."),
            (int)spec.Integer("gapExtend", 1, Scoring.MaxPenalty, dna ? 2 : 1, "What each letter of a gap costs."));
        spec.End();
        return scoring;
    }

    /// <exception cref="InvalidDataException">There is no such scoring.</exception>
    public Scoring ToScoring()
    {
        if (!Scoring.Matrices.Contains(Matrix) || Match is < 1 or > Scoring.MaxPenalty || Mismatch is < -Scoring.MaxPenalty or > 0
            || GapOpen is < 0 or > Scoring.MaxPenalty || GapExtend is < 1 or > Scoring.MaxPenalty)
            throw new InvalidDataException("The work unit's scoring is not one that there is.");
        return IsDna ? Scoring.Dna(Match, Mismatch, GapOpen, GapExtend) : Scoring.Protein(Matrix, GapOpen, GapExtend);
    }
}
