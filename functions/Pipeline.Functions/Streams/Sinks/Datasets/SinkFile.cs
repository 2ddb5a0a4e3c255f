namespace Pipeline.Streams;

/// <summary>A file that an output becomes.</summary>
/// <param name="Path">Its path in the container of datasets.</param>
/// <param name="Sql">Its rows, of the table <c>output</c>.</param>
/// <param name="Windows">The windows in it where they are several: whoever replays the stream wants to know.</param>
internal sealed record SinkFile(string Path, string Sql, IReadOnlyList<OutputWindow>? Windows = null);
