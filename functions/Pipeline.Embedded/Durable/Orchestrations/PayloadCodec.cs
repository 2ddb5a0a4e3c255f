using System.Text;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Converters;

namespace Pipeline.Embedded.Durable;

/// <summary>Payloads as JSON, of bounded size.</summary>
internal sealed class PayloadCodec(int maxBytes)
{
    // The official limit is 16 KiB of UTF-16.
    private const int MaxCustomStatusCharacters = 8 * 1024;

    public DataConverter Converter { get; } = JsonDataConverter.Default;

    /// <exception cref="PayloadTooLargeException">The value is too large to travel.</exception>
    public string? Serialize(object? value, string what) => Checked(Converter.Serialize(value), what);

    public string? Checked(string? json, string what)
    {
        // A character takes at most three bytes, so short texts need not be counted.
        if (json is not null && json.Length > maxBytes / 3 && Encoding.UTF8.GetByteCount(json) is var bytes && bytes > maxBytes)
            throw new PayloadTooLargeException(what, bytes, maxBytes);
        return json;
    }

    /// <exception cref="ArgumentException">The status is too large.</exception>
    public string SerializeCustomStatus(object? value)
    {
        var json = Converter.Serialize(value) ?? "null";
        return json.Length <= MaxCustomStatusCharacters
            ? json
            : throw new ArgumentException(
                $"The custom status has {json.Length:N0} characters of JSON; the limit is {MaxCustomStatusCharacters:N0}.", nameof(value));
    }
}
