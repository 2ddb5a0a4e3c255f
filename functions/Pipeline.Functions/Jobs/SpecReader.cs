using System.Globalization;
using System.Text.Json;

namespace Pipeline.Jobs;

/// <summary>Reads a JSON object field by field and gathers every fault with its JSON pointer instead of stopping at the first.
/// Call <see cref="End"/> when all known fields are read: it reports those that are left over.</summary>
public sealed class SpecReader
{
    private readonly JsonElement _element;
    private readonly string _pointer;
    private readonly List<SpecFault> _faults;
    private readonly HashSet<string> _known = new(StringComparer.Ordinal);

    private SpecReader(JsonElement element, string pointer, List<SpecFault> faults)
    {
        _element = element;
        _pointer = pointer;
        _faults = faults;
    }

    /// <summary>Starts at the top of a document, which must be an object.</summary>
    /// <exception cref="SpecException">The document is not an object.</exception>
    public static SpecReader Open(JsonElement root, List<SpecFault> faults)
    {
        if (root.ValueKind != JsonValueKind.Object)
            throw new SpecException("", $"A spec is a JSON object; this is {Kind(root)}.");
        var reader = new SpecReader(root, "", faults);
        reader._known.Add("$schema"); // Editors want it; it says nothing to us.
        return reader;
    }

    /// <summary>Adds a fault about the field <paramref name="name"/>, or about the object itself if that is null.</summary>
    public void Fault(string? name, string detail) =>
        _faults.Add(new SpecFault(name is null ? _pointer : $"{_pointer}/{Escape(name)}", detail));

    /// <summary>The object itself, for those who read it by other means.</summary>
    internal JsonElement Element => _element;

    /// <summary>A field that another reads.</summary>
    internal void PassOver(string name) => _known.Add(name);

    /// <summary>Adds a fault about an entry of the array <paramref name="name"/>.</summary>
    public void Fault(string name, int index, string detail) =>
        _faults.Add(new SpecFault(string.Create(CultureInfo.InvariantCulture, $"{_pointer}/{Escape(name)}/{index}"), detail));

    /// <summary>A text of 1 to <paramref name="maxLength"/> characters; null where it is absent or faulty.</summary>
    public string? Text(string name, bool required = false, int maxLength = 1_000)
    {
        if (Field(name, required) is not { } value)
            return null;
        if (value.ValueKind != JsonValueKind.String)
            return Wrong<string>(name, "a text", value);
        var text = value.GetString()!;
        if (text.Length == 0)
            Fault(name, "It must not be empty.");
        else if (text.Length > maxLength)
            Fault(name, $"It has {text.Length:N0} characters; {maxLength:N0} are allowed.");
        else
            return text;
        return null;
    }

    /// <summary>A text, or an array of texts that are its lines.</summary>
    public string? Lines(string name, bool required = false, int maxLength = 100_000)
    {
        if (Field(name, required) is not { } value)
            return null;
        if (value.ValueKind != JsonValueKind.Array)
            return Text(name, required, maxLength);
        if (value.EnumerateArray().Any(line => line.ValueKind != JsonValueKind.String))
            return Wrong<string>(name, "a text or an array of texts, its lines", value);
        var text = string.Join('\n', value.EnumerateArray().Select(line => line.GetString()));
        if (string.IsNullOrWhiteSpace(text))
            Fault(name, "It must not be empty.");
        else if (text.Length > maxLength)
            Fault(name, $"It has {text.Length:N0} characters; {maxLength:N0} are allowed.");
        else
            return text;
        return null;
    }

    /// <summary>One of a few words; null where it is absent or faulty.</summary>
    public string? Choice(string name, IReadOnlyCollection<string> words, bool required = false)
    {
        if (Text(name, required) is not { } text)
            return null;
        if (words.Contains(text, StringComparer.Ordinal))
            return text;
        Fault(name, $"'{text}' is not one of: {string.Join(", ", words)}.{NearestName.Hint(text, words)}");
        return null;
    }

    /// <summary>A whole number from <paramref name="min"/> to <paramref name="max"/>.</summary>
    public long? Integer(string name, long min, long max, bool required = false)
    {
        if (Field(name, required) is not { } value)
            return null;
        if (value.ValueKind != JsonValueKind.Number || !value.TryGetInt64(out var number))
            return Wrong<long?>(name, "a whole number", value);
        if (number >= min && number <= max)
            return number;
        Fault(name, string.Create(CultureInfo.InvariantCulture, $"{number} is outside {min} to {max}."));
        return null;
    }

    /// <summary>A finite number from <paramref name="min"/> to <paramref name="max"/>.</summary>
    public double? Number(string name, double min, double max, bool required = false)
    {
        if (Field(name, required) is not { } value)
            return null;
        if (value.ValueKind != JsonValueKind.Number || !value.TryGetDouble(out var number) || !double.IsFinite(number))
            return Wrong<double?>(name, "a number", value);
        if (number >= min && number <= max)
            return number;
        Fault(name, string.Create(CultureInfo.InvariantCulture, $"{number} is outside {min} to {max}."));
        return null;
    }

    /// <summary>Whether the field is there and is not null. It does not count as read.</summary>
    public bool Has(string name) => _element.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null;

    /// <summary>A size such as <c>"64MB"</c>, or a number of bytes.</summary>
    public long? Size(string name, long min, long max)
    {
        if (Field(name, required: false) is not { } value)
            return null;
        long bytes;
        if (value.ValueKind == JsonValueKind.String)
        {
            if (!ByteSize.TryParse(value.GetString()!, out bytes))
                return Wrong<long?>(name, "a size such as \"64MB\"", value);
        }
        else if (value.ValueKind != JsonValueKind.Number || !value.TryGetInt64(out bytes))
        {
            return Wrong<long?>(name, "a size such as \"64MB\"", value);
        }
        if (bytes >= min && bytes <= max)
            return bytes;
        Fault(name, $"{ByteSize.Format(bytes)} is outside {ByteSize.Format(min)} to {ByteSize.Format(max)}.");
        return null;
    }

    /// <summary>A duration such as <c>"30s"</c> (see <see cref="Duration"/>).</summary>
    public TimeSpan? Time(string name, TimeSpan min, TimeSpan max)
    {
        if (Field(name, required: false) is not { } value)
            return null;
        if (value.ValueKind != JsonValueKind.String || !Duration.TryParse(value.GetString()!, out var time))
            return Wrong<TimeSpan?>(name, "a duration such as \"500ms\", \"30s\", \"5m\", \"2h\" or \"1d\"", value);
        if (time >= min && time <= max)
            return time;
        Fault(name, $"{Duration.Format(time)} is outside {Duration.Format(min)} to {Duration.Format(max)}.");
        return null;
    }

    /// <summary>True or false; null where it is absent or faulty.</summary>
    public bool? Flag(string name) => Field(name, required: false) switch
    {
        null => null,
        { ValueKind: JsonValueKind.True } => true,
        { ValueKind: JsonValueKind.False } => false,
        { } other => Wrong<bool?>(name, "true or false", other),
    };

    /// <summary>The names of all fields, in the document's order.</summary>
    public IReadOnlyList<string> Names => [.. _element.EnumerateObject().Select(p => p.Name)];

    /// <summary>Whether a field is there and holds an object.</summary>
    public bool IsObject(string name) => _element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Object;

    /// <summary>An array of texts, none twice; empty where it is absent or faulty.</summary>
    public IReadOnlyList<string> Texts(string name, int maxCount = 100)
    {
        if (Field(name, required: false) is not { } value)
            return [];
        if (value.ValueKind != JsonValueKind.Array || value.EnumerateArray().Any(e => e.ValueKind != JsonValueKind.String))
            return Wrong<IReadOnlyList<string>>(name, "an array of texts", value) ?? [];
        var texts = value.EnumerateArray().Select(e => e.GetString()!).ToList();
        if (texts.Count > maxCount)
            Fault(name, $"It has {texts.Count} entries; {maxCount} are allowed.");
        else if (texts.GroupBy(t => t, StringComparer.OrdinalIgnoreCase).FirstOrDefault(g => g.Count() > 1) is { } twice)
            Fault(name, $"'{twice.Key}' is there twice.");
        else
            return texts;
        return [];
    }

    /// <summary>An object whose values are texts, in its own order; empty where it is absent or faulty.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> TextMap(string name, bool required = false, int maxCount = 100)
    {
        if (Field(name, required) is not { } value)
            return [];
        if (value.ValueKind != JsonValueKind.Object)
            return Wrong<IReadOnlyList<KeyValuePair<string, string>>>(name, "an object", value) ?? [];
        var map = new List<KeyValuePair<string, string>>();
        foreach (var property in value.EnumerateObject())
        {
            if (property.Value.ValueKind == JsonValueKind.String && property.Value.GetString() is { Length: > 0 } text)
                map.Add(new(property.Name, text));
            else
                _faults.Add(new SpecFault($"{_pointer}/{Escape(name)}/{Escape(property.Name)}", $"It must be a text that is not empty; this is {Kind(property.Value)}."));
        }
        if (required && map.Count == 0 && !value.EnumerateObject().Any())
            Fault(name, "It must have at least one entry.");
        if (map.Count > maxCount)
            Fault(name, $"It has {map.Count} entries; {maxCount} are allowed.");
        return map;
    }

    /// <summary>An object within this one; null where it is absent or faulty.</summary>
    /// <param name="name">The field.</param>
    /// <param name="required">Whether its absence is a fault.</param>
    /// <param name="shorthand">The field that a text or number in the object's place stands for; null where none may.</param>
    public SpecReader? Section(string name, bool required = false, string? shorthand = null)
    {
        if (Field(name, required) is not { } value)
            return null;
        return Open(value, $"{_pointer}/{Escape(name)}", shorthand) ?? Wrong<SpecReader>(name, "an object", value);
    }

    /// <summary>An array of objects; empty where it is absent or faulty.</summary>
    /// <param name="name">The field.</param>
    /// <param name="required">Whether its absence is a fault.</param>
    /// <param name="maxCount">How many there may be.</param>
    /// <param name="shorthand">The field that a text or number in an object's place stands for; null where none may.</param>
    public IReadOnlyList<SpecReader> Sections(string name, int maxCount = 100, bool required = false, string? shorthand = null)
    {
        if (Field(name, required) is not { } value)
            return [];
        if (value.ValueKind != JsonValueKind.Array)
            return Wrong<IReadOnlyList<SpecReader>>(name, "an array of objects", value) ?? [];
        if (value.GetArrayLength() > maxCount)
        {
            Fault(name, $"It has {value.GetArrayLength()} entries; {maxCount} are allowed.");
            return [];
        }
        var sections = new List<SpecReader>();
        foreach (var (index, entry) in value.EnumerateArray().Index())
        {
            if (Open(entry, $"{_pointer}/{Escape(name)}/{index}", shorthand) is { } section)
                sections.Add(section);
            else
                Fault(name, index, $"It must be an object; this is {Kind(entry)}.");
        }
        return sections;
    }

    /// <summary>An object within this one; an empty one where it is absent or faulty, so that what is missing in it is told too.</summary>
    public SpecReader SectionOrEmpty(string name) =>
        Section(name) ?? new SpecReader(JsonSerializer.SerializeToElement(new Dictionary<string, string>()), $"{_pointer}/{Escape(name)}", _faults);

    /// <summary>Reports the fields that nobody asked for, each with the nearest known one.</summary>
    public void End()
    {
        foreach (var property in _element.EnumerateObject().Where(p => !_known.Contains(p.Name)))
            Fault(property.Name, $"There is no field '{property.Name}' here.{NearestName.Hint(property.Name, _known.Where(k => k[0] != '$'))}");
    }

    private SpecReader? Open(JsonElement value, string pointer, string? shorthand)
    {
        if (value.ValueKind == JsonValueKind.Object)
            return new SpecReader(value, pointer, _faults);
        return shorthand is not null && value.ValueKind is (JsonValueKind.String or JsonValueKind.Number)
            ? new SpecReader(JsonSerializer.SerializeToElement(new Dictionary<string, JsonElement> { [shorthand!] = value }), pointer, _faults)
            : null;
    }

    private JsonElement? Field(string name, bool required)
    {
        _known.Add(name);
        if (_element.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null)
            return value;
        if (required)
            Fault(name, $"The field '{name}' is missing.");
        return null;
    }

    private T? Wrong<T>(string name, string wanted, JsonElement value)
    {
        Fault(name, $"It must be {wanted}; this is {Kind(value)}.");
        return default;
    }

    internal static string Escape(string name) =>
        name.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal);

    private static string Kind(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "an array",
        JsonValueKind.String => "a text",
        JsonValueKind.Number => $"the number {Shorten(value.GetRawText())}",
        JsonValueKind.True => "true",
        JsonValueKind.False => "false",
        _ => "null",
    };

    private static string Shorten(string text) => text.Length <= 40 ? text : text[..40] + "…";
}
