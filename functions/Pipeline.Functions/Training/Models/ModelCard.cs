using System.Globalization;
using System.Text;

namespace Pipeline.Training;

/// <summary>A model's card: what a person should know of it, in Markdown (Mitchell et al. 2019).</summary>
internal static class ModelCard
{
    public static string Write(TrainingJob job, ModelDocument document, ModelLineage lineage, EpochReport chosen, IEnumerable<string> pictures)
    {
        var (spec, text) = (job.Spec, new StringBuilder());
        text.Append(CultureInfo.InvariantCulture, $"# {document.Name}, version {document.Version}\n\n");
        text.Append(spec.Classifies()
            ? $"Tells {document.Data.Label.Classes.Count} classes of `{document.Data.Label.Column}` apart"
            : $"Estimates `{document.Data.Label.Column}`");
        text.Append(document.Data.Image is { } image
            ? $" from images of {image.Width} × {image.Height} pixels (`{image.Column}`).\n\n"
            : $" from {string.Join(", ", document.Data.Features.Select(f => $"`{f.Column}`"))}.\n\n");

        text.Append("## How good it is\n\nOn ").Append(CultureInfo.InvariantCulture, $"{lineage.ValidationSamples:N0} samples that it was not trained on, after epoch {chosen.Epoch}:\n\n");
        text.Append(CultureInfo.InvariantCulture, $"| | |\n|---|---|\n| loss ({spec.Loss}) | {chosen.Loss:0.####} |\n");
        foreach (var (metric, value) in chosen.Metrics)
            text.Append(CultureInfo.InvariantCulture, $"| {metric} | {MetricNames.Show(metric, value)} |\n");
        text.Append('\n');
        foreach (var picture in pictures)
            text.Append(CultureInfo.InvariantCulture, $"![{Path.GetFileNameWithoutExtension(picture)}]({picture})\n");

        text.Append("\n## What it is made of\n\n").Append(CultureInfo.InvariantCulture, $"{job.Network.WeightCount:N0} weights:\n\n");
        foreach (var line in job.Network.Description)
            text.Append("- ").Append(line).Append('\n');

        text.Append("\n## How it was trained\n\n");
        text.Append(CultureInfo.InvariantCulture, $"On {lineage.TrainingSamples:N0} samples of the dataset `{document.Data.Dataset}`{(document.Data.Where is { } where ? $" where `{where}`" : "")}, ");
        text.Append(CultureInfo.InvariantCulture, $"{spec.Strategy.Type}, {spec.Workers} workers, batches of {spec.BatchSize}, {spec.Optimizer.Type} with a learning rate of {spec.Optimizer.LearningRate}, seed {spec.Seed}. ");
        text.Append(CultureInfo.InvariantCulture, $"Job `{lineage.JobId}`, {lineage.CreatedAt:yyyy-MM-dd}; {lineage.Software}. The whole spec and every file with its version are in `{ModelFiles.Lineage}`.\n");

        text.Append("\n## What to mind\n\n");
        text.Append("It has seen nothing but this data: on data that differs, its figures do not hold. ");
        text.Append(spec.Classifies() ? "It names one of its classes for whatever it is shown, also for what is none of them." : "Outside the range of values that it was trained on, its estimates mean nothing.");
        return text.Append('\n').ToString();
    }
}
