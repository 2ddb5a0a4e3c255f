namespace Pipeline.Training;

/// <summary>The prepared samples of a job: where they are, and what follows from how many there are.</summary>
/// <param name="Shards">The training shards, in a fixed order.</param>
/// <param name="Validation">The parts of the validation data.</param>
/// <param name="Scaling">How raw values become inputs.</param>
/// <param name="StepsPerEpoch">Batches of one pass over the data.</param>
/// <param name="RoundsPerEpoch">Rounds of an epoch.</param>
/// <param name="Rounds">Rounds of the whole training.</param>
public sealed record DataIndex(
    IReadOnlyList<DataShard> Shards, IReadOnlyList<DataShard> Validation, Scaling Scaling, int StepsPerEpoch, int RoundsPerEpoch, int Rounds)
{
    /// <summary>Into how many parts validation data is cut at most.</summary>
    public const int ValidationParts = 8;

    /// <summary>The most workers that a column may make.</summary>
    public const int MostShards = 1_000;

    // Their numbers have eight digits in the names of blobs.
    private const int MostSteps = 99_999_999;

    /// <summary>How many training samples there are.</summary>
    public long TrainingCount() => Shards.Sum(s => (long)s.Count());

    /// <summary>How many validation samples there are.</summary>
    public long ValidationCount() => Validation.Sum(s => (long)s.Count());

    /// <exception cref="TrainingException">There are too few samples, or a shard is empty.</exception>
    internal static DataIndex Of(TrainingSpec spec, IReadOnlyList<DataReport> reports)
    {
        var federated = spec.Strategy.Type == StrategySpec.Federated;
        var names = spec.Strategy.ShardBy is not null && federated
            ? [.. reports.SelectMany(r => r.Pieces.Keys).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)]
            : Enumerable.Range(0, spec.Slices).Select(i => Name(i)).ToList();
        var shards = names.Select(name => new DataShard(name, Pieces(reports, r => r.Pieces, name))).ToList();
        var validation = Enumerable.Range(0, ValidationParts).Select(i => new DataShard(Name(i), Pieces(reports, r => r.Validation, Name(i)))).Where(s => s.Count() > 0).ToList();

        if (shards.Count == 0 || shards.TrueForAll(s => s.Count() == 0))
            throw new TrainingException("There is no training sample.", "Check data.where and data.validation: they leave nothing.");
        if (shards.Count > MostShards)
            throw new TrainingException($"strategy.shardBy has {shards.Count} values; {MostShards} workers are the most.", "Shard by something coarser, for instance hash(column) % 100.");
        if (shards.Find(s => s.Count() == 0) is { } empty)
        {
            throw new TrainingException(
                $"Shard {empty.Name} of {shards.Count} is empty: there are {shards.Sum(s => s.Count())} training samples.",
                federated ? "Have fewer workers." : "Have fewer workers, or set options.slices to fewer.");
        }
        if (shards.Concat(validation).FirstOrDefault(s => s.Bytes() > Array.MaxLength) is { } large)
        {
            throw new TrainingException(
                $"Shard {large.Name} has {ByteSize.Format(large.Bytes())} of samples; {ByteSize.Format(Array.MaxLength)} are the most.",
                $"Have more {(federated ? "workers" : "slices (options.slices)")}, or leave rows out with data.where.");
        }
        if (validation.Count == 0)
            throw new TrainingException("There is no validation sample.", "Enlarge data.validation.fraction, or name a data.validation.dataset that has rows.");

        if (federated && StrategySpec.Participants(spec.Strategy.Fraction, shards.Count) is var participants && participants > TrainingSpec.MostWorkers)
            throw new TrainingException($"{participants} workers would take part in each round; {TrainingSpec.MostWorkers} are the most.", "Lower strategy.fraction.");
        if (federated)
            return new DataIndex(shards, validation, Scaling.Of(spec, reports), 1, 1, spec.Epochs);
        var steps = shards.Select((s, i) => (s.Count() + SliceSize(spec, i) - 1) / SliceSize(spec, i)).Max();
        if ((long)steps * spec.Epochs > MostSteps)
            throw new TrainingException($"{spec.Epochs:N0} epochs of {steps:N0} steps are more than the {MostSteps:N0} that a training may have.", "Have fewer epochs, or a larger batchSize.");
        var perRound = spec.Strategy.Type == StrategySpec.LocalSgd ? spec.Strategy.LocalSteps : spec.Strategy.Accumulate;
        var rounds = (steps + perRound - 1) / perRound;
        return new DataIndex(shards, validation, Scaling.Of(spec, reports), steps, rounds, rounds * spec.Epochs);
    }

    /// <summary>How many samples of a batch one slice has.</summary>
    internal static int SliceSize(TrainingSpec spec, int slice) => (spec.BatchSize / spec.Slices) + (slice < spec.BatchSize % spec.Slices ? 1 : 0);

    /// <summary>The name of a shard that has only a number.</summary>
    internal static string Name(int number) => number.ToString(System.Globalization.CultureInfo.InvariantCulture);

    private static List<DataPiece> Pieces(IReadOnlyList<DataReport> reports, Func<DataReport, IReadOnlyDictionary<string, DataPiece>> of, string name) =>
        [.. reports.Select(r => of(r).GetValueOrDefault(name)).OfType<DataPiece>()];
}
