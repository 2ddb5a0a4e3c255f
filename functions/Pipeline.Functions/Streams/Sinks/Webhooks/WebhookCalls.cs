using System.Globalization;
using System.Runtime.CompilerServices;

namespace Pipeline.Streams;

/// <summary>
/// Makes calls of an output: one for each window, or one for the rows that a commit gave; several where the body would grow beyond
/// <see cref="MostBytes"/>. The same output always makes the same calls.
/// </summary>
internal static class WebhookCalls
{
    /// <summary>How long a body is at most, in bytes, unless a single row is longer.</summary>
    public const int MostBytes = 256 << 10;

    /// <summary>The calls, in order.</summary>
    public static async IAsyncEnumerable<WebhookCall> OfAsync(StreamOutputReader reader, StreamOutput output, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var json = new RowJson(output.Columns);
        await using var rows = reader.ReadAsync(output, cancellationToken).GetAsyncEnumerator(cancellationToken);
        foreach (var window in output.Windows?.Select(w => (OutputWindow?)w) ?? [null])
        {
            var left = window?.Rows ?? output.Rows;
            var part = 0;
            do
            {
                var body = new List<string>();
                for (var bytes = 0L; left > 0 && bytes < MostBytes; left--)
                {
                    if (!await rows.MoveNextAsync()) throw new InvalidDataException($"The output of {output.Origin} has fewer rows than it says.");
                    body.Add(rows.Current);
                    bytes += rows.Current.Length + 16L * output.Columns.Count;
                }

                yield return new WebhookCall(Key(output.Origin, window, part), Body(output, window, part, left == 0, json, body));
                part++;
            }
            while (left > 0);
        }
    }

    // With the generation: a stream is replayed because it shall tell everything anew.
    private static string Key(StreamOrigin origin, OutputWindow? window, int part) => window is { } w
        ? string.Create(CultureInfo.InvariantCulture, $"{origin.Stream}/{origin.Generation}/{origin.Place}/{w.Start}-{w.End}/{w.Revision}/{part}")
        : string.Create(CultureInfo.InvariantCulture, $"{origin.Stream}/{origin.Generation}/{origin.Place}/{origin.Commit}/{part}");

    private static byte[] Body(StreamOutput output, OutputWindow? window, int part, bool last, RowJson json, List<string> rows) => RowJson.Document(writer =>
    {
        writer.WriteStartObject();
        writer.WriteString("stream", output.Origin.Stream);
        writer.WriteString("partition", output.Origin.Place);
        if (window is { } w)
        {
            writer.WriteStartObject("window");
            writer.WriteString("start", RowJson.Time(w.Start));
            writer.WriteString("end", RowJson.Time(w.End));
            writer.WriteNumber("revision", w.Revision);
            writer.WriteEndObject();
        }

        writer.WriteNumber("part", part);
        writer.WriteBoolean("last", last);
        writer.WriteStartArray("rows");
        foreach (var row in rows) json.Write(writer, row);
        writer.WriteEndArray();
        writer.WriteEndObject();
    });
}
