using Microsoft.DurableTask;
using Pipeline.Jobs;

namespace Pipeline.Batch;

/// <summary>Keeps a batch job's progress and shows it as the orchestration's custom status.</summary>
internal sealed class BatchProgress(TaskOrchestrationContext context)
{
    private JobProgress _progress = new("plan");
    private TaskReport _sum = TaskReport.None;
    private List<StageProgress> _stages = [];

    public void Planning() => Show();

    public void Planned(BatchShape shape)
    {
        var levels = shape.Stages.SelectMany(s => s.Levels()).ToList();
        _progress = _progress with { Stages = levels.Count + 1, TasksTotal = levels.Sum() + 1 };
        _stages = [.. shape.Plan ?? []];
    }

    public void Enter(string stage)
    {
        _progress = _progress with { Stage = stage, StageNumber = _progress.StageNumber + 1 };
        Show();
    }

    public void Done(TaskReport report)
    {
        _sum = _sum.Add(report);
        if (_stages.FindIndex(s => s.Name == _progress.Stage) is var at and >= 0)
            _stages[at] = _stages[at] with { TasksDone = _stages[at].TasksDone + report.Tasks };
        _progress = _progress with
        {
            TasksDone = _sum.Tasks,
            RowsRead = _sum.RowsRead,
            BytesRead = _sum.BytesRead,
        };
        Show();
    }

    /// <summary>Shows why the job fails, and gives the exception to end it with.</summary>
    public JobFailedException Fail(JobError error) => context.Fail(_progress, error, Tasks());

    public JobOutput Output(BatchOutcome final, long planMs)
    {
        if (final.Report.Error is { } error)
            throw Fail(error);
        return new JobOutput(final.Columns, JobFiles.Results, [.. final.Files.Take(100)], final.Files.Count, final.Report.Rows, final.Report.Bytes, new Dictionary<string, long>
        {
            ["tasks"] = _progress.TasksTotal,
            ["rowsRead"] = _sum.RowsRead,
            ["bytesRead"] = _sum.BytesRead,
            ["planMs"] = planMs,
            ["fetchMs"] = _sum.FetchMs,
            ["queryMs"] = _sum.QueryMs,
            ["writeMs"] = _sum.WriteMs,
            ["finalMs"] = final.Report.FetchMs + final.Report.QueryMs + final.Report.WriteMs,
        });
    }

    private void Show() => context.SetCustomStatus(new JobState(_progress, Tasks: Tasks()));

    private JobTasks? Tasks() => _stages.Count == 0 ? null : new JobTasks([.. _stages], _sum.Slowest ?? []);
}
