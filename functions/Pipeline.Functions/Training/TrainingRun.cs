using System.Globalization;
using Pipeline.Jobs;

namespace Pipeline.Training;

/// <summary>Names a run of a training job, and the blobs in which it keeps its state.</summary>
/// <param name="JobId">The job.</param>
/// <param name="Run">The run of the job: one that is restarted begins anew.</param>
public sealed record TrainingRun(string JobId, string Run)
{
    internal string Plan => $"{Folder}plan.json";

    internal string Index => $"{Folder}data/index.json";

    internal string Checkpoints => $"{Folder}checkpoints/";

    internal string Epochs => $"{Folder}epochs/";

    internal string Folder => JobFiles.Work(JobId, Run);

    internal string Data(int task) => string.Create(CultureInfo.InvariantCulture, $"{Folder}data/{task:D5}.bin");

    internal string DataReport(int task) => string.Create(CultureInfo.InvariantCulture, $"{Folder}data/{task:D5}.json");

    internal string Checkpoint(int round) => string.Create(CultureInfo.InvariantCulture, $"{Checkpoints}{round:D8}.bin");

    internal string Round(int round) => string.Create(CultureInfo.InvariantCulture, $"{Folder}rounds/{round:D8}/");

    internal string Contribution(int round, int worker, int workers) => string.Create(CultureInfo.InvariantCulture, $"{Round(round)}{worker:D4}-of-{workers}.bin");

    internal string Reduced(int round, int level, int index) => string.Create(CultureInfo.InvariantCulture, $"{Round(round)}sum-{level}-{index:D4}.bin");

    internal string Residuals(int worker, int workers) => string.Create(CultureInfo.InvariantCulture, $"{Folder}residuals/{worker:D4}-of-{workers}/");

    internal string Residual(int round, int worker, int workers) => string.Create(CultureInfo.InvariantCulture, $"{Residuals(worker, workers)}{round:D8}.bin");

    internal string EpochState(int epoch) => string.Create(CultureInfo.InvariantCulture, $"{Epochs}{epoch:D5}.bin");

    internal string EpochReport(int epoch) => string.Create(CultureInfo.InvariantCulture, $"{Epochs}{epoch:D5}.json");

    internal string Predictions(int epoch, int part) => string.Create(CultureInfo.InvariantCulture, $"{Epochs}{epoch:D5}-{part:D3}.bin");
}
