using Pipeline.Jobs;

namespace Pipeline.Batch;

/// <summary>Puts a plan into the words of <c>POST /api/jobs/plan</c>.</summary>
internal static class PlanExplanation
{
    public static JobPlan Of(JobSpec spec, BatchPlan plan)
    {
        var stages = Stages(plan);
        var tasks = stages.Sum(s => s.Tasks);
        var bytes = stages.Sum(s => s.Bytes);
        var summary = plan.Stages.Count == 0
            ? $"One task reads {ByteSize.Format(bytes)} and runs the query whole."
            : $"{tasks:N0} tasks in {stages.Count} stages read {ByteSize.Format(bytes)}, at most {plan.Options.ParallelTasks} at a time.";
        return new JobPlan(spec.Kind, spec.Name, summary, stages, [.. plan.Tables.Select(Explain)], plan.Notes);
    }

    /// <summary>The stages with their merges and the final task, by the names that a running job tells.</summary>
    public static List<PlanStage> Stages(BatchPlan plan) => [.. plan.Stages.SelectMany(stage => Explain(plan, stage)), Final(plan)];

    private static IEnumerable<PlanStage> Explain(BatchPlan plan, BatchStage stage)
    {
        var broadcast = Read(plan, stage.Inputs);
        yield return new PlanStage(
            stage.Title,
            StagesAmong(plan, stage.Inputs),
            stage.TaskCount,
            stage.Tasks.Sum(t => t.Bytes) + broadcast.Sum(f => f.Bytes) * stage.TaskCount,
            stage.Tasks.Sum(t => t.Rows) + broadcast.Sum(f => f.Rows) * stage.TaskCount,
            stage.Tasks.Sum(t => t.Files.Sum(f => f.RowGroups.Count)) + broadcast.Sum(f => f.RowGroups.Count) * stage.TaskCount,
            stage.Scan?.Description ?? ["derives a small table that later stages read"]);
        var levels = stage.Levels();
        for (var level = 1; level < levels.Count; level++)
            yield return new PlanStage($"{stage.Title} merge {level}", [level == 1 ? stage.Title : $"{stage.Title} merge {level - 1}"], levels[level], 0, 0, 0, [$"merges {BatchShapeStage.FanIn} states into one"]);
    }

    private static PlanStage Final(BatchPlan plan)
    {
        var read = Read(plan, plan.FinalInputs);
        string[] details = plan.StatesAreResult ? ["the states are the result as they are"]
            : plan.Stages.Count == 0 ? ["runs the query as it stands"]
            : ["merges what is left, and makes the result"];
        var output = plan.Output is { } o ? new[] { $"writes dataset {o.Dataset}{(o.PartitionBy.Count == 0 ? "" : $", partitioned by {string.Join(", ", o.PartitionBy)}")} ({o.Mode})" } : [];
        return new PlanStage("final", StagesAmong(plan, plan.FinalInputs), 1, read.Sum(f => f.Bytes), read.Sum(f => f.Rows), read.Sum(f => f.RowGroups.Count), [.. details, .. output]);
    }

    private static PlanTable Explain(BatchTable table) => new(
        table.Name,
        table.Dataset,
        table.Partitioned ? "partitioned" : "broadcast",
        table.Read.Count,
        table.Columns.Count,
        table.Files.Count,
        table.FilesTotal,
        table.Files.Sum(f => f.RowGroups.Count),
        table.RowGroupsTotal,
        table.Files.Sum(f => f.Bytes),
        table.BytesTotal);

    private static List<BatchFile> Read(BatchPlan plan, IReadOnlyList<string> inputs) =>
        [.. plan.Tables.Where(t => !t.Partitioned && inputs.Contains(t.Name, StringComparer.OrdinalIgnoreCase)).SelectMany(t => t.Files)];

    private static List<string> StagesAmong(BatchPlan plan, IReadOnlyList<string> inputs)
    {
        var names = new List<string>();
        foreach (var stage in plan.Stages.Where(s => inputs.Contains(s.Name, StringComparer.OrdinalIgnoreCase)))
        {
            var levels = stage.Levels().Count;
            names.Add(levels == 1 ? stage.Title : $"{stage.Title} merge {levels - 1}");
        }
        return names;
    }
}
