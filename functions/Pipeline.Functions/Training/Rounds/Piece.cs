namespace Pipeline.Training;

/// <summary>A sum over some slices of a round: what workers exchange.</summary>
/// <param name="Low">The first slice.</param>
/// <param name="High">The slice behind the last one.</param>
/// <param name="Weight">How many samples it is made of.</param>
/// <param name="Loss">The sum of their losses.</param>
/// <param name="Values">Values times samples: gradients, or changes of weights; then what goes with them.</param>
internal sealed record Piece(int Low, int High, double Weight, double Loss, float[] Values);
