namespace Pipeline.Sql;

/// <summary>A window over time in GROUP BY. Lengths are in microseconds.</summary>
/// <param name="Function"><c>tumble</c>, <c>hop</c>, <c>sliding</c> or <c>session</c>.</param>
/// <param name="TimeColumn">The column of the stream whose times it groups.</param>
/// <param name="Size">The window's length; of a session, the gap that ends it.</param>
/// <param name="Slide">The distance between windows: of tumble its size, of sliding and session 0.</param>
/// <param name="Offset">How far starts are moved from the epoch; 0 to the slide.</param>
internal sealed record WindowCall(string Function, string TimeColumn, long Size, long Slide, long Offset)
{
    /// <summary>The functions by the number of lengths that they take.</summary>
    public static readonly IReadOnlyDictionary<string, int> Functions =
        new Dictionary<string, int>(StringComparer.OrdinalIgnoreCase) { ["tumble"] = 1, ["hop"] = 2, ["sliding"] = 1, ["session"] = 1 };

    /// <summary>How a call looks, for messages.</summary>
    public static string Example(string function, string time) => function switch
    {
        "tumble" => $"tumble({time}, '1 minute')",
        "hop" => $"hop({time}, '10 seconds', '1 minute')",
        "sliding" => $"sliding({time}, '1 minute')",
        _ => $"session({time}, '5 minutes')",
    };
}
