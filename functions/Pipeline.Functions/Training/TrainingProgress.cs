using System.Globalization;
using Microsoft.DurableTask;
using Pipeline.Jobs;

namespace Pipeline.Training;

/// <summary>Keeps a training's progress and shows it as the orchestration's custom status.</summary>
internal sealed class TrainingProgress(TaskOrchestrationContext context)
{
    private const int Stages = 4;

    private JobProgress _progress = new("plan", 1, Stages);

    public void Planning() => Show();

    public void Preparing(TrainingShape shape) => Show(new JobProgress("prepare", 2, Stages, 0, shape.PrepareTasks));

    public void Prepared(RoundReport report) => Show(_progress with
    {
        TasksDone = _progress.TasksDone + 1,
        RowsRead = _progress.RowsRead + report.Samples,
        BytesRead = _progress.BytesRead + report.BytesReceived,
    });

    /// <summary>Shows the round that comes next, and how good the network was when it was last tested.</summary>
    public void Training(TrainingCursor at)
    {
        var shape = at.Shape;
        var note = new List<string>();
        var unit = shape.Strategy.Type == StrategySpec.Federated ? "round" : "epoch";
        note.Add(string.Create(CultureInfo.InvariantCulture, $"{unit} {Math.Min((at.Round / shape.RoundsPerEpoch) + 1, shape.Epochs)}/{shape.Epochs}"));
        if (at.Epoch.Samples > 0)
            note.Add(string.Create(CultureInfo.InvariantCulture, $"loss {at.Epoch.Loss / at.Epoch.Samples:0.0000}"));
        else if (at.Last is { } ended)
            note.Add(string.Create(CultureInfo.InvariantCulture, $"loss {ended.TrainLoss:0.0000}"));
        if (at.Last is { } last)
        {
            note.Add(string.Create(CultureInfo.InvariantCulture, $"validation {last.Loss:0.0000}"));
            note.Add($"{shape.Metric} {MetricNames.Show(shape.Metric, last.Metrics[shape.Metric])}");
        }
        Show(new JobProgress("train", 3, Stages, at.Round, shape.Rounds, shape.Samples, shape.BytesRead, string.Join(" · ", note)));
    }

    public void Publishing() => Show(_progress with { Stage = "publish", StageNumber = 4 });

    /// <summary>Shows why the job fails, and gives the exception to end it with.</summary>
    public JobFailedException Fail(JobError error) => context.Fail(_progress, error);
    private void Show(JobProgress? progress = null) => context.SetCustomStatus(new JobState(_progress = progress ?? _progress));
}
