using Pipeline.Jobs;

namespace Pipeline.Training;

/// <summary>The spec of a training job.</summary>
/// <param name="Name">The job's name.</param>
/// <param name="Data">What it learns from.</param>
/// <param name="Model">The network.</param>
/// <param name="Loss">One of <see cref="Losses"/>.</param>
/// <param name="Optimizer">How weights follow gradients.</param>
/// <param name="Schedule">How the learning rate changes.</param>
/// <param name="ClipNorm">The greatest length of a gradient; longer ones are shortened to it. Null for none.</param>
/// <param name="BatchSize">Samples of one step, over all workers; of one step of one worker where the strategy is federated.</param>
/// <param name="Epochs">Passes over the data; rounds where the strategy is federated.</param>
/// <param name="Workers">How many work side by side; as many as <c>shardBy</c> has values where the strategy is federated by a column.</param>
/// <param name="Seed">What all randomness follows from.</param>
/// <param name="Stopping">When to end early; null never.</param>
/// <param name="Metrics">What is measured on the validation data besides the loss.</param>
/// <param name="Augment">How images are varied; null not at all.</param>
/// <param name="Strategy">How workers learn together.</param>
/// <param name="Exchange">How gradients and weights travel.</param>
/// <param name="Output">The name of the model that is made.</param>
/// <param name="Slices">Into how many parts every batch is cut, whatever the number of workers: gradients are added up along these,
/// so that the sum has the same bits however many workers there are.</param>
/// <param name="CheckpointEvery">Rounds between two whole checkpoints of a synchronous training.</param>
public sealed record TrainingSpec(
    string Name,
    DataSpec Data,
    ModelSpec Model,
    string Loss,
    OptimizerSpec Optimizer,
    ScheduleSpec Schedule,
    double? ClipNorm,
    int BatchSize,
    int Epochs,
    int Workers,
    long Seed,
    StoppingSpec? Stopping,
    IReadOnlyList<string> Metrics,
    AugmentSpec? Augment,
    StrategySpec Strategy,
    ExchangeSpec Exchange,
    string Output,
    int Slices,
    int CheckpointEvery)
{
    /// <summary>The most workers that may take part in a round.</summary>
    public const int MostWorkers = 256;

    /// <summary>The losses.</summary>
    public static IReadOnlyList<string> Losses { get; } = ["cross-entropy", "mse", "bce", "huber"];

    /// <summary>How many numbers the network gives for a row.</summary>
    public int Outputs() => Loss == "cross-entropy" ? Data.Label.Classes.Count : 1;

    /// <summary>Whether it tells classes apart, and does not estimate a quantity.</summary>
    public bool Classifies() => Loss is "cross-entropy" or "bce";

    /// <summary>Reads a spec.</summary>
    /// <exception cref="SpecException">It is not valid; all faults at once.</exception>
    public static TrainingSpec Read(JobSpec spec)
    {
        var faults = new List<SpecFault>();
        var reader = spec.Read(faults, "A training job: a network learns from a dataset, on several workers.");
        var data = reader.Section("data", required: true, about: "What it learns from.") is { } dataReader ? DataSpec.Read(dataReader, faults) : null;
        var model = reader.Section("model", required: true, shorthand: "preset", about: "The network.") is { } modelReader ? ModelSpec.Read(modelReader) : null;
        var loss = reader.Choice("loss", Losses, required: true, about: "What it makes small: cross-entropy of several classes, bce of two, mse or huber of a quantity.");
        CheckLabel(data?.Label, loss, faults);
        if (loss == "bce" && data is { Label.Classes.Count: 0 })
            data = data with { Label = data.Label with { Classes = ["0", "1"] } };
        var optimizer = reader.Section("optimizer", shorthand: "type", about: "How weights follow gradients: adam where it is absent.") is { } optimizerReader ? OptimizerSpec.Read(optimizerReader) : new OptimizerSpec("adam", 0.001);
        var schedule = reader.Section("schedule", shorthand: "type", about: "How the learning rate changes: not at all where it is absent.") is { } scheduleReader ? ScheduleSpec.Read(scheduleReader) : new ScheduleSpec();
        var clip = reader.Number("clipNorm", 1e-6, 1e6, about: "The greatest length of a gradient; longer ones are shortened to it.");
        var strategy = reader.Section("strategy", shorthand: "type", about: "How workers learn together: synchronously where it is absent.") is { } strategyReader ? StrategySpec.Read(strategyReader) : new StrategySpec();
        var federated = strategy.Type == StrategySpec.Federated;
        var batchSize = (int)reader.Integer("batchSize", 1, 1_000_000, 64, "Samples of one step of all workers together; of each, if federated.");
        var epochs = (int)reader.Integer("epochs", 1, 100_000, 10, "Passes over the data; rounds, if federated.");
        var workers = (int)reader.Integer("workers", 1, MostWorkers, 2, "How many work side by side.");
        if (federated && strategy.ShardBy is not null && reader.Has("workers"))
            reader.Fault("workers", "With strategy.shardBy there are as many workers as it has values. Leave 'workers' out.");
        var seed = reader.Integer("seed", 0, long.MaxValue, 1, "What all randomness follows from.");
        var classifies = loss is "cross-entropy" or "bce";
        var metrics = MetricNames.Read(reader, classifies, data?.Label.Classes.Count ?? 0);
        var stopping = reader.Section("earlyStopping", about: "When it ends before its last epoch; the best epoch's weights are kept.") is { } stoppingReader ? StoppingSpec.Read(stoppingReader, metrics) : null;
        var augment = reader.Section("augment", about: "How training images are varied.") is { } augmentReader ? AugmentSpec.Read(augmentReader) : null;
        if (augment is not null && data is { Image: null })
            reader.Fault("augment", "Only images can be shifted and flipped. Leave 'augment' out.");
        var exchange = reader.Section("exchange", shorthand: "encoding", about: "How gradients and weights travel: fp32 where it is absent.") is { } exchangeReader ? ExchangeSpec.Read(exchangeReader) : new ExchangeSpec();
        var output = reader.Section("output", shorthand: "model", about: "The model that is made: named as the job where it is absent.") is { } outputReader ? ReadOutput(outputReader) : null;
        if (output is not null && ModelName.Fault(output) is { } wrongName)
            faults.Add(new SpecFault("/output/model", wrongName));
        var options = reader.Section("options", about: "How it runs.");
        var slices = options?.Integer("slices", 1, MostWorkers, about: "Into how many parts every batch is cut, whatever the number of workers: 8, or as many as workers need, where it is absent.");
        var checkpointEvery = (int)(options?.Integer("checkpointEvery", 1, 10_000, 20, "Rounds between two whole checkpoints of a synchronous training.") ?? 20);
        options?.End();
        reader.End();

        var parts = (int)(slices ?? DefaultSlices(batchSize, workers));
        if (!federated && workers > batchSize)
            faults.Add(new SpecFault("/workers", $"{workers} workers cannot share a batch of {batchSize} samples. Have fewer workers or a larger 'batchSize'."));
        else if (!federated && parts > batchSize)
            faults.Add(new SpecFault("/options/slices", $"A batch of {batchSize} samples cannot be cut into {parts} slices."));
        else if (!federated && workers > parts)
            faults.Add(new SpecFault("/options/slices", $"{workers} workers need at least as many slices."));
        return faults.Count == 0
            ? new TrainingSpec(spec.Name, data!, model!, loss!, optimizer, schedule, clip, batchSize, epochs, workers, seed, stopping, metrics, augment, strategy, exchange,
                output ?? ModelName.From(spec.Name), federated ? workers : parts, checkpointEvery)
            : throw new SpecException(faults);
    }

    // Eight suits any usual number of workers; a multiple of two lets them share evenly.
    private static int DefaultSlices(int batchSize, int workers)
    {
        var slices = 8;
        while (slices < workers)
            slices *= 2;
        return Math.Max(Math.Min(slices, batchSize), 1);
    }

    private static string? ReadOutput(SpecReader reader)
    {
        var model = reader.Text("model", required: true, maxLength: ModelName.MaxLength, about: "The model's name: letters, digits, '-' and '_'.");
        reader.End();
        return model;
    }

    private static void CheckLabel(LabelSpec? label, string? loss, List<SpecFault> faults)
    {
        if (label is null || loss is null)
            return;
        if (loss == "cross-entropy" && label.Classes.Count == 0)
            faults.Add(new SpecFault("/data/label", "Cross-entropy tells classes apart: give 'classes' (how many there are, labels being 0, 1, …) or 'names' (the labels themselves)."));
        if (loss is "mse" or "huber" && label.Classes.Count > 0)
            faults.Add(new SpecFault("/data/label", $"The loss '{loss}' is for quantities, not for classes. Leave out 'classes' and 'names', or use cross-entropy."));
        if (loss == "bce" && label.Classes.Count is not (0 or 2))
            faults.Add(new SpecFault("/data/label", $"The loss 'bce' is for two classes, not {label.Classes.Count}. Use cross-entropy."));
    }
}
