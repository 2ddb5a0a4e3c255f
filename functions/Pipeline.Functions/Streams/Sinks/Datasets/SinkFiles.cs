using System.Globalization;
using Pipeline.Sql;

namespace Pipeline.Streams;

/// <summary>Says which files an output becomes. The same output always becomes the same files.</summary>
internal static class SinkFiles
{
    /// <summary>The table that the SQL of the files reads.</summary>
    public const string Table = OutputSession.Table;

    // A replay, sliding windows and sessions give thousands of windows at once, each with a row or two.
    private const int MostFilesOfWindows = 32;

    /// <summary>The files of an output with windows.</summary>
    /// <param name="output">The output.</param>
    /// <param name="spec">Where to.</param>
    /// <param name="corrects">Whether a window may come again; then each has a file of its own, to be overwritten.</param>
    public static IReadOnlyList<SinkFile> OfWindows(StreamOutput output, DatasetSinkSpec spec, bool corrects)
    {
        // A window that never had rows needs no file; one that lost them does, to be overwritten with nothing.
        var windows = output.Windows!.Where(w => w.Rows > 0 || w.Revision > 0).ToList();
        return corrects || windows.Count <= MostFilesOfWindows
            ? [.. windows.Select(w => new SinkFile(PathOf(spec, w.Start, SinkFileName.Of(output.Origin, w)), Rows(w.FirstRow, w.Rows)))]
            : [.. windows.GroupBy(w => spec.By?.Folder(w.Start) ?? "").Select(group => OfMany(output, spec, [.. group]))];
    }

    /// <summary>The file of the rows of a commit, which all go to one folder.</summary>
    /// <param name="output">The output.</param>
    /// <param name="spec">Where to.</param>
    /// <param name="time">The time of the folder as text, null for a row without one; ignored where there are no folders.</param>
    public static SinkFile OfRows(StreamOutput output, DatasetSinkSpec spec, string? time)
    {
        var name = SinkFileName.Of(output.Origin, output.Enqueued, output.Enqueued);
        return spec.By is not { } by
            ? new SinkFile($"{spec.Dataset}/{name}", $"SELECT * FROM {Table}")
            : new SinkFile($"{spec.Dataset}/{by.Folder(time)}{name}", $"SELECT * FROM {Table} WHERE {Text(by, spec.TimeColumn!)} IS NOT DISTINCT FROM {SqlText.LiteralOrNull(time)}");
    }

    /// <summary>SQL that gives the times of the folders that the rows of an output go to.</summary>
    public static string Folders(DatasetSinkSpec spec) => $"SELECT DISTINCT {Text(spec.By!, spec.TimeColumn!)} AS folder FROM {Table} ORDER BY 1";

    private static SinkFile OfMany(StreamOutput output, DatasetSinkSpec spec, IReadOnlyList<OutputWindow> windows)
    {
        var name = SinkFileName.Of(output.Origin, windows.Min(w => w.Start), windows.Max(w => w.End));
        var path = PathOf(spec, windows[0].Start, name);
        if (windows.Count == 1) return new SinkFile(path, Rows(windows[0].FirstRow, windows[0].Rows), windows);
        // Windows of one folder lie together, but for hopping ones around midnight.
        var runs = new List<(long First, long Rows)>();
        foreach (var window in windows)
        {
            if (runs.Count > 0 && runs[^1].First + runs[^1].Rows == window.FirstRow) runs[^1] = runs[^1] with { Rows = runs[^1].Rows + window.Rows };
            else runs.Add((window.FirstRow, window.Rows));
        }

        return new SinkFile(path, string.Join(" UNION ALL ", runs.Select(r => $"({Rows(r.First, r.Rows)})")), windows);
    }

    private static string PathOf(DatasetSinkSpec spec, long start, SinkFileName name) => $"{spec.Dataset}/{spec.By?.Folder(start)}{name}";

    private static string Rows(long first, long count) => string.Create(CultureInfo.InvariantCulture, $"SELECT * FROM {Table} LIMIT {count} OFFSET {first}");

    private static string Text(DatasetGranularity by, string column) => $"strftime({SqlText.Name(column)}, {SqlText.Literal(by.SqlFormat)})";
}
