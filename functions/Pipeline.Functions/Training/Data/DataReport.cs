namespace Pipeline.Training;

/// <summary>What a task made of its rows.</summary>
/// <param name="Pieces">The samples of each training shard, by its name.</param>
/// <param name="Validation">The samples of each part of the validation data, by its number.</param>
/// <param name="Count">How many training samples there are.</param>
/// <param name="Sums">The sum of each numeric feature over these, then of the label.</param>
/// <param name="Squares">The sum of the squares.</param>
/// <param name="BytesRead">Bytes of storage that were read.</param>
public sealed record DataReport(
    IReadOnlyDictionary<string, DataPiece> Pieces, IReadOnlyDictionary<string, DataPiece> Validation, long Count, IReadOnlyList<double> Sums, IReadOnlyList<double> Squares, long BytesRead);
