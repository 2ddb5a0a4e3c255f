namespace Pipeline.Streams;

/// <summary>How events are written: JSON, or CSV where <paramref name="Delimiter"/> is given.</summary>
/// <param name="Delimiter">What separates the values of a CSV event; null for JSON.</param>
/// <param name="Header">Whether each CSV event begins with a line of names.</param>
public sealed record StreamFormat(char? Delimiter, bool Header)
{
    /// <summary>JSON: one object an event.</summary>
    public static StreamFormat Json { get; } = new(null, false);

    /// <summary>Whether events are CSV.</summary>
    public bool IsCsv => Delimiter is not null;
}
