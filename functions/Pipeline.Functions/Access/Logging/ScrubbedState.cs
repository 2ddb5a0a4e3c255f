using System.Collections;

namespace Pipeline.Access;

/// <summary>What a log entry says, without its secrets: the message, and the values that stand in it.</summary>
internal sealed class ScrubbedState(string message, IReadOnlyList<KeyValuePair<string, object?>> values) : IReadOnlyList<KeyValuePair<string, object?>>
{
    private const string Template = "{OriginalFormat}";

    public int Count => values.Count;

    public KeyValuePair<string, object?> this[int index] => values[index];

    /// <summary>Makes one of an entry's state. A value that is no longer in the message was the secret, or a part of it.</summary>
    public static ScrubbedState Of(object? state, string message, SecretScrubber scrubber)
    {
        var values = new List<KeyValuePair<string, object?>>();
        foreach (var (name, value) in state as IEnumerable<KeyValuePair<string, object?>> ?? [])
        {
            var text = value as string ?? value?.ToString() ?? "";
            var isThere = name == Template || text.Length == 0 || message.Contains(text, StringComparison.Ordinal);
            values.Add(new(name, isThere && scrubber.Scrub(text) is { } clean && clean.Length == text.Length ? value : name == Template ? scrubber.Scrub(text) : SecretScrubber.Mark));
        }
        return new ScrubbedState(message, values);
    }

    public IEnumerator<KeyValuePair<string, object?>> GetEnumerator() => values.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    public override string ToString() => message;
}
