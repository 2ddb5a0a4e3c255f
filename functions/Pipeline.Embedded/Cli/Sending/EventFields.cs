using System.Globalization;
using System.Text.Json;

namespace Pipeline.Embedded.Cli.Sending;

/// <summary>Finds an event's partition key and time in its fields.</summary>
/// <param name="Key">The field with the key; null for none.</param>
/// <param name="Time">The field with the time; null for none.</param>
internal sealed record EventFields(string? Key, string? Time)
{
    /// <summary>Whether an event's fields need not be read at all.</summary>
    public bool AreNone => Key is null && Time is null;

    /// <summary>An event with a JSON object as its body.</summary>
    /// <exception cref="CliException">It is no object, or its time is none.</exception>
    public EventToSend OfJson(ReadOnlyMemory<byte> body, string where)
    {
        if (AreNone)
            return new EventToSend(body, null);
        try
        {
            using var document = JsonDocument.Parse(body);
            return new EventToSend(body, Text(document.RootElement, Key), ReadTime(Text(document.RootElement, Time), where));
        }
        catch (JsonException e)
        {
            throw new CliException(CliFault.InvalidInput($"{where} is not JSON, so that it has no {(Key is null ? $"time '{Time}'" : $"key '{Key}'")}: {e.Message}"), e);
        }
    }

    /// <summary>An event that is a record of CSV.</summary>
    /// <exception cref="CliException">Its time is none.</exception>
    public EventToSend OfRecord(ReadOnlyMemory<byte> body, IReadOnlyList<string> fields, int keyAt, int timeAt, string where) => new(
        body, Field(fields, keyAt), ReadTime(Field(fields, timeAt), where));

    private static string? Field(IReadOnlyList<string> fields, int at) => at >= 0 && at < fields.Count && fields[at].Length > 0 ? fields[at] : null;

    private static string? Text(JsonElement element, string? path)
    {
        if (path is null)
            return null;
        foreach (var name in path.Split('.'))
        {
            if (element.ValueKind != JsonValueKind.Object || !element.TryGetProperty(name, out element))
                return null;
        }
        return element.ValueKind switch
        {
            JsonValueKind.Null => null,
            JsonValueKind.String => element.GetString(),
            _ => element.GetRawText(),
        };
    }

    private DateTimeOffset? ReadTime(string? text, string where)
    {
        if (Time is null)
            return null;
        if (DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time))
            return time;
        // Numbers are milliseconds, as most programs write them that write no text.
        if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var milliseconds) && Math.Abs(milliseconds) < 62_000_000_000_000)
            return DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);
        throw new CliException(CliFault.InvalidInput($"{where} has {(text is null ? $"no '{Time}'" : $"'{Shown(text)}' as its '{Time}', which is no time")}; --speed goes by it."));
    }

    private static string Shown(string text) => Rendering.Shown.Text(text.Length > 40 ? text[..40] + "…" : text);
}
