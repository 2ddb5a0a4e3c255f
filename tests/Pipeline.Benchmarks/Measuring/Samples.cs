namespace Pipeline.Benchmarks.Measuring;

/// <summary>Repeated measurements by name.</summary>
internal sealed class Samples
{
    private readonly Dictionary<string, List<double>> _values = [];

    public IReadOnlyDictionary<string, double> Medians => _values.ToDictionary(values => values.Key, values => Median(values.Value));

    public double this[string key] => Median(_values[key]);

    public void Add(string key, double value)
    {
        if (!_values.TryAdd(key, [value]))
        {
            _values[key].Add(value);
        }
    }

    // The middle one, or the mean of the two in the middle.
    private static double Median(List<double> values)
    {
        var sorted = values.Order().ToArray();
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }
}
