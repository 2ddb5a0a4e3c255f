using System.Globalization;

namespace Pipeline.Benchmarks.Measuring;

/// <summary>The figures of a benchmark in the order in which they were added, for people and for scripts.</summary>
internal sealed class Figures
{
    private readonly List<(string Key, double Value)> _figures = [];

    public void Add(string key, double value) => _figures.Add((key, value));

    /// <summary>The line that a script reads: <c>NAME key=value key=value</c>, in every culture the same.</summary>
    public string Line(string name) => string.Join(' ', [name, .. _figures.Select(figure => $"{figure.Key}={Number(figure.Value)}")]);

    /// <summary>Three significant digits below a thousand, whole above it.</summary>
    public static string Number(double value)
    {
        var digits = Math.Abs(value) >= 100 ? 0 : Math.Abs(value) >= 10 ? 1 : Math.Abs(value) >= 1 ? 2 : 3;
        return Math.Round(value, digits).ToString("0.###", CultureInfo.InvariantCulture);
    }

    /// <summary>As a program writes it.</summary>
    public static string Whole(long value) => value.ToString(CultureInfo.InvariantCulture);

    /// <summary>With thousands set apart, for tables.</summary>
    public static string Readable(double value) => Math.Abs(value) >= 1000 ? Math.Round(value).ToString("N0", CultureInfo.InvariantCulture) : Number(value);
}
