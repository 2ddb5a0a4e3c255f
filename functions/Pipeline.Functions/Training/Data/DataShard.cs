namespace Pipeline.Training;

/// <summary>Samples that belong together: those that one slice of every batch is drawn from, those of a federated worker, or a part of
/// the validation data.</summary>
/// <param name="Name">Its number, or the value that its rows have in common.</param>
/// <param name="Pieces">Where the samples are, in order.</param>
public sealed record DataShard(string Name, IReadOnlyList<DataPiece> Pieces)
{
    /// <summary>How many samples it has.</summary>
    public int Count() => Pieces.Sum(p => p.Count);

    /// <summary>How many bytes its samples have.</summary>
    public long Bytes() => Pieces.Sum(p => p.Length);
}
