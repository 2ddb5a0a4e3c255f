namespace Pipeline.Grid.Applications.Alignment;

/// <summary>A local alignment. Places count from 0; ends are the last letters that belong to it.</summary>
/// <param name="Score">Its score.</param>
/// <param name="ReferenceStart">Its first letter of the reference.</param>
/// <param name="ReferenceEnd">Its last letter of the reference.</param>
/// <param name="QueryStart">Its first letter of the query.</param>
/// <param name="QueryEnd">Its last letter of the query.</param>
/// <param name="Matches">How many pairs of equal letters it has.</param>
/// <param name="Cigar">Runs of equal pairs (<c>=</c>), other pairs (<c>X</c>), letters that only the query has (<c>I</c>) and that only
/// the reference has (<c>D</c>).</param>
internal sealed record LocalAlignment(int Score, int ReferenceStart, int ReferenceEnd, int QueryStart, int QueryEnd, int Matches, string Cigar);
