using System.Globalization;

namespace Pipeline.Training;

/// <summary>The metrics, over all validation samples at once.</summary>
internal static class Metrics
{
    /// <summary>The value of a metric.</summary>
    public static double Of(string metric, Predictions predictions) => metric switch
    {
        "accuracy" => Top(predictions, 1),
        "f1" => F1(predictions),
        "auc" => Auc(predictions),
        "mae" => Errors(predictions).Average(Math.Abs),
        "rmse" => Math.Sqrt(Errors(predictions).Average(e => e * e)),
        "r2" => R2(predictions),
        _ when metric.StartsWith("top-", StringComparison.Ordinal) => Top(predictions, int.Parse(metric.AsSpan(4), CultureInfo.InvariantCulture)),
        _ => throw new ArgumentOutOfRangeException(nameof(metric), metric, "There is no such metric."),
    };

    /// <summary>How often the class of each row was taken for the class of each column.</summary>
    public static int[,] Confusion(Predictions predictions)
    {
        var counts = new int[predictions.Outputs, predictions.Outputs];
        for (var i = 0; i < predictions.Count; i++)
            counts[(int)predictions.Labels[i], predictions.ClassOf(i)]++;
        return counts;
    }

    private static double Top(Predictions predictions, int k)
    {
        var right = 0;
        for (var i = 0; i < predictions.Count; i++)
        {
            var scores = predictions.Of(i);
            var label = (int)predictions.Labels[i];
            var before = 0;
            for (var c = 0; c < scores.Length; c++)
                before += scores[c] > scores[label] || (scores[c] == scores[label] && c < label) ? 1 : 0;
            right += before < k ? 1 : 0;
        }
        return (double)right / predictions.Count;
    }

    // The mean over the classes that occur, each counting alike.
    private static double F1(Predictions predictions)
    {
        var confusion = Confusion(predictions);
        var classes = new List<double>();
        for (var c = 0; c < predictions.Outputs; c++)
        {
            var (right, named, real) = (confusion[c, c], 0, 0);
            for (var other = 0; other < predictions.Outputs; other++)
                (named, real) = (named + confusion[other, c], real + confusion[c, other]);
            if (named + real > 0)
                classes.Add(2.0 * right / (named + real));
        }
        return classes.Average();
    }

    // The mean over the classes that occur, each against all others (Hand and Till 2001 give the choices); ties count half.
    private static double Auc(Predictions predictions)
    {
        var areas = new List<double>();
        for (var c = predictions.Outputs == 2 ? 1 : 0; c < predictions.Outputs; c++)
        {
            var order = Enumerable.Range(0, predictions.Count).Select(i => (Score: predictions.Of(i)[c], Is: (int)predictions.Labels[i] == c)).OrderBy(s => s.Score).ToArray();
            var positives = order.Count(s => s.Is);
            if (positives == 0 || positives == order.Length)
                continue;
            var ranks = 0.0;
            for (var first = 0; first < order.Length;)
            {
                var last = first;
                while (last + 1 < order.Length && order[last + 1].Score == order[first].Score)
                    last++;
                for (var i = first; i <= last; i++)
                    ranks += order[i].Is ? ((first + last) / 2.0) + 1 : 0;
                first = last + 1;
            }
            areas.Add((ranks - (positives * (positives + 1.0) / 2)) / ((double)positives * (order.Length - positives)));
        }
        return areas.Count == 0 ? 0.5 : areas.Average();
    }

    private static IEnumerable<double> Errors(Predictions predictions) => predictions.Values.Zip(predictions.Labels, (value, label) => (double)value - label);

    private static double R2(Predictions predictions)
    {
        var mean = predictions.Labels.Average(l => (double)l);
        var total = predictions.Labels.Sum(l => (l - mean) * (l - mean));
        return total == 0 ? 0 : 1 - (Errors(predictions).Sum(e => e * e) / total);
    }
}
