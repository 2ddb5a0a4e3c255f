using System.Runtime.CompilerServices;
using System.Text;

namespace Pipeline.Embedded.Cli.Sending;

/// <summary>Reads events from lines of text: a JSON document a line, or CSV records below a header.</summary>
internal static class EventLines
{
    /// <summary>Reads a stream.</summary>
    /// <param name="stream">The text, in UTF-8.</param>
    /// <param name="name">What faults call it.</param>
    /// <param name="isCsv">Whether it is CSV. Its header is not sent.</param>
    /// <param name="fields">Where keys and times are.</param>
    /// <param name="cancellationToken">Stops.</param>
    public static async IAsyncEnumerable<EventToSend> ReadAsync(
        Stream stream, string name, bool isCsv, EventFields fields, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var reader = new StreamReader(stream, new UTF8Encoding(false), detectEncodingFromByteOrderMarks: true, 64 << 10);
        var (keyAt, timeAt) = (-1, -1);
        if (isCsv)
        {
            var header = CsvRecords.Fields(await CsvRecords.ReadAsync(reader, cancellationToken) ?? "");
            (keyAt, timeAt) = (Find(header, fields.Key, name), Find(header, fields.Time, name));
        }

        for (var number = 1L; ; number++)
        {
            var line = isCsv ? await CsvRecords.ReadAsync(reader, cancellationToken) : await reader.ReadLineAsync(cancellationToken);
            if (line is null)
                yield break;
            if (line.Length == 0)
                continue;
            var body = Encoding.UTF8.GetBytes(line);
            var where = $"Event {number} of {name}";
            yield return isCsv
                ? fields.OfRecord(body, fields.AreNone ? [] : CsvRecords.Fields(line), keyAt, timeAt, where)
                : fields.OfJson(body, where);
        }
    }

    private static int Find(List<string> header, string? column, string name)
    {
        if (column is null)
            return -1;
        var at = header.FindIndex(h => h.Equals(column, StringComparison.OrdinalIgnoreCase));
        return at >= 0 ? at : throw new CliException(CliFault.InvalidInput($"{name} has no column '{column}' in its header.{NearestName.Hint(column, header)}"));
    }
}
