using System.Globalization;
using Pipeline.Jobs;

namespace Pipeline.Training;

/// <summary>Puts a plan into the words of <c>POST /api/jobs/plan</c>.</summary>
internal static class TrainingExplanation
{
    public static JobPlan Of(JobSpec spec, TrainingPlan plan)
    {
        var (training, network) = (plan.Spec, plan.BuildNetwork());
        var rows = plan.Tasks.Where(t => !t.ForValidation).Sum(t => t.Rows());
        var strategy = training.Strategy.Type == StrategySpec.Federated && training.Strategy.ShardBy is { } column
            ? $"federated, a worker for each value of {column}"
            : string.Create(CultureInfo.InvariantCulture, $"{training.Strategy.Type}, {training.Workers} workers");
        var summary = string.Create(CultureInfo.InvariantCulture, $"{network.WeightCount:N0} weights learn from {rows:N0} rows in {training.Epochs} epochs; {strategy}.");
        var exchanged = Contribution.ToBytes([new Piece(0, 1, 1, 0, new float[network.WeightCount + network.BufferCount])], training.Exchange, network.WeightCount).Length;
        PlanStage[] stages =
        [
            new("prepare", [], plan.Tasks.Count, plan.Tasks.Sum(t => t.Files.Sum(f => f.Bytes)), plan.Tasks.Sum(t => t.Rows()), plan.Tasks.Sum(t => t.Files.Sum(f => f.RowGroups.Count)),
                ["reads rows and makes samples of them, shared out among the workers"]),
            new("train", ["prepare"], training.Workers, 0, 0, 0, [.. network.Description, $"a worker sends {ByteSize.Format(exchanged)} a round ({training.Exchange.Encoding})"]),
            new("publish", ["train"], 1, 0, 0, 0, [$"writes the next version of model {training.Output}"]),
        ];
        return new JobPlan(spec.Kind, spec.Name, summary, stages, [.. Tables(plan)], []);
    }

    private static IEnumerable<PlanTable> Tables(TrainingPlan plan)
    {
        foreach (var group in plan.Tasks.GroupBy(t => t.ForValidation))
        {
            var source = group.Key ? plan.ValidationSource! : plan.Source;
            var files = group.SelectMany(t => t.Files).ToList();
            var paths = files.Select(f => f.Path).Distinct(StringComparer.Ordinal).Count();
            var (groups, bytes) = (files.Sum(f => f.RowGroups.Count), files.Sum(f => f.Bytes));
            yield return new PlanTable(
                group.Key ? "validation" : "training", group.Key ? plan.Spec.Data.ValidationDataset! : plan.Spec.Data.Dataset, "partitioned",
                source.Read.Count, source.Columns.Count, paths, paths, groups, groups, bytes, bytes);
        }
    }
}
