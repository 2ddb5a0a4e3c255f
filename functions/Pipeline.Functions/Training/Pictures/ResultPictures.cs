using System.Globalization;
using System.Runtime.InteropServices;
using SkiaSharp;

namespace Pipeline.Training;

/// <summary>Draws what a training came to.</summary>
public sealed class ResultPictures(SampleStore samples)
{
    private const int MostClasses = 40;
    private const int MostMisread = 40;
    private const int MostDots = 5_000;

    /// <summary>The pictures, each a PNG with its file's name.</summary>
    internal async Task<IReadOnlyList<(string Name, byte[] Png)>> DrawAsync(TrainingJob job, IReadOnlyList<EpochReport> reports, Predictions predictions, CancellationToken cancellationToken)
    {
        var pictures = new List<(string, byte[])> { ("curves.png", Curves(job.Spec, reports)) };
        if (!job.Spec.Classifies())
            pictures.Add(("estimates.png", Estimates(predictions)));
        else if (predictions.Outputs <= MostClasses)
            pictures.Add(("confusion.png", Confusion(job.Spec.Data.Label.Classes, predictions)));
        if (job.Spec.Classifies() && job.Spec.Data.Image is { } image && await MisreadAsync(job, image, predictions, cancellationToken) is { } sheet)
            pictures.Add(("misread.png", sheet));
        return pictures;
    }

    private static byte[] Curves(TrainingSpec spec, IReadOnlyList<EpochReport> reports)
    {
        using var canvas = new PictureCanvas(1_060, 400);
        var (unit, span) = (spec.Strategy.Type == StrategySpec.Federated ? "round" : "epoch", ((double)reports[0].Epoch, (double)reports[^1].Epoch));
        var losses = reports.SelectMany(r => new[] { r.TrainLoss, r.Loss }).ToList();
        var left = new PlotArea(canvas, SKRect.Create(70, 50, 420, 280), "Loss", unit, span, (Math.Min(0, losses.Min()), losses.Max()), wholeX: true);
        canvas.Polyline([.. reports.Select(r => new SKPoint(left.X(r.Epoch), left.Y(r.TrainLoss)))], PictureCanvas.Blue);
        canvas.Polyline([.. reports.Select(r => new SKPoint(left.X(r.Epoch), left.Y(r.Loss)))], PictureCanvas.Orange);
        canvas.Text("training", 380, 38, 12, color: PictureCanvas.Blue);
        canvas.Text("validation", 440, 38, 12, color: PictureCanvas.Orange);

        var metric = spec.Metrics[0];
        var values = reports.Select(r => r.Metrics[metric]).ToList();
        var right = new PlotArea(canvas, SKRect.Create(600, 50, 420, 280), $"{metric} (validation)", unit, span, (values.Min(), values.Max()), wholeX: true);
        canvas.Polyline([.. reports.Select(r => new SKPoint(right.X(r.Epoch), right.Y(r.Metrics[metric])))], PictureCanvas.Orange);
        return canvas.ToPng();
    }

    private static byte[] Confusion(IReadOnlyList<string> classes, Predictions predictions)
    {
        var counts = Metrics.Confusion(predictions);
        const int Cell = 44, Left = 110, Top = 90;
        using var canvas = new PictureCanvas(Left + (Cell * classes.Count) + 30, Top + (Cell * classes.Count) + 30);
        canvas.Text("Rows: what it is. Columns: what the network says.", 20, 30, 15);
        for (var row = 0; row < classes.Count; row++)
        {
            canvas.Text(Short(classes[row]), Left - 10, Top + (Cell * row) + 27, 12, SKTextAlign.Right);
            canvas.Text(Short(classes[row]), Left + (Cell * row) + (Cell / 2), Top - 10, 12, SKTextAlign.Center);
            var total = Math.Max(1, Enumerable.Range(0, classes.Count).Sum(c => counts[row, c]));
            for (var column = 0; column < classes.Count; column++)
            {
                // Mistakes are rare: a root makes them visible beside what is right.
                var share = Math.Sqrt((double)counts[row, column] / total);
                var color = row == column ? PictureCanvas.Blue : PictureCanvas.Orange;
                canvas.Box(Left + (Cell * column), Top + (Cell * row), Cell - 1, Cell - 1, Blend(color, share));
                if (counts[row, column] > 0)
                    canvas.Text(counts[row, column].ToString(CultureInfo.InvariantCulture), Left + (Cell * column) + (Cell / 2), Top + (Cell * row) + 27, 12, SKTextAlign.Center, share > 0.6 ? SKColors.White : PictureCanvas.Ink);
            }
        }
        return canvas.ToPng();
    }

    private static byte[] Estimates(Predictions predictions)
    {
        using var canvas = new PictureCanvas(640, 620);
        // A few outliers must not squeeze all others into a corner.
        var sorted = predictions.Labels.Order().ToArray();
        var range = ((double)sorted[sorted.Length / 200], (double)sorted[sorted.Length - 1 - (sorted.Length / 200)]);
        var area = new PlotArea(canvas, SKRect.Create(80, 60, 520, 490), "Estimates (up) against what was (across)", "what was", range, range);
        canvas.Line(area.X(range.Item1), area.Y(range.Item1), area.X(range.Item2), area.Y(range.Item2), PictureCanvas.Ink);
        var step = Math.Max(1, predictions.Count / MostDots);
        for (var i = 0; i < predictions.Count; i += step)
        {
            if (area.Holds(predictions.Labels[i], predictions.Values[i]))
                canvas.Dot(area.X(predictions.Labels[i]), area.Y(predictions.Values[i]), 2, PictureCanvas.Blue.WithAlpha(60));
        }
        return canvas.ToPng();
    }

    // The surest mistakes first: these tell most, of the network or of the labels.
    private async Task<byte[]?> MisreadAsync(TrainingJob job, ImageSpec image, Predictions predictions, CancellationToken cancellationToken)
    {
        var misread = Enumerable.Range(0, predictions.Count)
            .Where(i => predictions.ClassOf(i) != (int)predictions.Labels[i])
            .OrderByDescending(i => predictions.Of(i)[predictions.ClassOf(i)] - predictions.Of(i)[(int)predictions.Labels[i]])
            .Take(MostMisread).ToList();
        if (misread.Count == 0)
            return null;
        const int Columns = 8, Cell = 104;
        using var canvas = new PictureCanvas((Columns * Cell) + 20, 50 + ((misread.Count + Columns - 1) / Columns * (Cell + 22)));
        canvas.Text("Misread: what it is → what the network says", 16, 28, 15);
        var images = await ImagesAsync(job, misread, cancellationToken);
        foreach (var (place, sample) in misread.Index())
        {
            var (x, y) = (16 + (place % Columns * Cell), 44 + (place / Columns * (Cell + 22)));
            canvas.Image(images[sample], image, x, y, Cell - 12, Cell - 12);
            var classes = job.Spec.Data.Label.Classes;
            canvas.Text($"{Short(classes[(int)predictions.Labels[sample]])} → {Short(classes[predictions.ClassOf(sample)])}", x + ((Cell - 12) / 2), y + Cell + 4, 13, SKTextAlign.Center);
        }
        return canvas.ToPng();
    }

    private async Task<Dictionary<int, byte[]>> ImagesAsync(TrainingJob job, List<int> wanted, CancellationToken cancellationToken)
    {
        var (found, first) = (new Dictionary<int, byte[]>(), 0);
        foreach (var shard in job.Index.Validation)
        {
            var count = shard.Count();
            if (wanted.Exists(w => w >= first && w < first + count))
            {
                var loaded = await samples.LoadAsync(job.Plan, job.Run, shard, cancellationToken);
                foreach (var sample in wanted.Where(w => w >= first && w < first + count))
                    found[sample] = CollectionsMarshal.AsSpan(loaded.Pixels).Slice((sample - first) * loaded.Width, loaded.Width).ToArray();
            }
            first += count;
        }
        return found;
    }

    private static SKColor Blend(SKColor color, double share)
    {
        return new SKColor(Mix(color.Red), Mix(color.Green), Mix(color.Blue));

        byte Mix(byte part) => (byte)(255 - (share * (255 - part)));
    }

    private static string Short(string name) => name.Length <= 12 ? name : name[..11] + "…";
}
