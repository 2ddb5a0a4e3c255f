using System.Globalization;
using System.Text.Json;
using Pipeline.Schemas;

namespace Pipeline.Jobs;

/// <summary>Reads a JSON object field by field and gathers every fault with its JSON pointer instead of stopping at the first.
/// Call <see cref="End"/> when all known fields are read: it reports those that are left over.
/// <para>What is read, with what bounds, default and meaning, is also the document's JSON Schema: that is made by reading a document of
/// which nothing is there, once for each word of a <see cref="Choice(string, IReadOnlyCollection{string}, bool, string?)"/>. So code that
/// reads asks for every field that it knows, whether others were sound or not, and asks by <see cref="Has"/>, <see cref="IsObject"/>
/// and <see cref="Which"/> where what it reads next depends on what is there.</para></summary>
public sealed class SpecReader
{
    private static readonly JsonElement Nothing = JsonSerializer.SerializeToElement(new Dictionary<string, string>());

    private readonly JsonElement _element;
    private readonly string _pointer;
    private readonly List<SpecFault> _faults;
    private readonly HashSet<string> _known = new(StringComparer.Ordinal);
    private readonly ObjectOutline? _outline;

    private SpecReader(JsonElement element, string pointer, List<SpecFault> faults, ObjectOutline? outline = null)
    {
        _element = element;
        _pointer = pointer;
        _faults = faults;
        _outline = outline;
    }

    /// <summary>Reads nothing, and notes what is asked for.</summary>
    internal static SpecReader Describe(ObjectOutline outline, List<SpecFault> faults)
    {
        outline.Value("$schema", FieldSchemas.OfText(1_000), required: false, "The address of this schema, for editors.");
        return new SpecReader(Nothing, outline.Pointer, faults, outline);
    }

    /// <summary>Starts at the top of a document, which must be an object.</summary>
    /// <exception cref="SpecException">The document is not an object.</exception>
    public static SpecReader Open(JsonElement root, List<SpecFault> faults)
    {
        if (root.ValueKind != JsonValueKind.Object)
            throw new SpecException("", $"A spec is a JSON object; this is {Kind(root)}.");
        var reader = new SpecReader(root, "", faults);
        reader.Text("$schema"); // Editors want it; it says nothing to us.
        return reader;
    }

    /// <summary>Says what the object is, for its schema.</summary>
    public void About(string about)
    {
        if (_outline is not null)
            _outline.About = about;
    }

    /// <summary>Adds a fault about the field <paramref name="name"/>, or about the object itself if that is null.</summary>
    public void Fault(string? name, string detail) =>
        _faults.Add(new SpecFault(name is null ? _pointer : $"{_pointer}/{Escape(name)}", detail));

    /// <summary>The object itself, for those who read it by other means.</summary>
    internal JsonElement Element => _element;

    /// <summary>Whether it reads nothing, but notes what is asked for.</summary>
    internal bool IsDescription => _outline is not null;

    /// <summary>A field that another reads.</summary>
    internal void PassOver(string name) => _known.Add(name);

    // What the schema tells as well.
    private void Refuse(string name, string detail) => _faults.Add(new SpecFault($"{_pointer}/{Escape(name)}", detail) { IsStructural = true });

    /// <summary>Adds a fault about an entry of the array <paramref name="name"/>.</summary>
    public void Fault(string name, int index, string detail) =>
        _faults.Add(new SpecFault(string.Create(CultureInfo.InvariantCulture, $"{_pointer}/{Escape(name)}/{index}"), detail));

    /// <summary>A text of 1 to <paramref name="maxLength"/> characters; null where it is absent or faulty.</summary>
    public string? Text(string name, bool required = false, int maxLength = 1_000, string? about = null)
    {
        _outline?.Value(name, FieldSchemas.OfText(maxLength), required, about);
        if (Field(name, required) is not { } value)
            return null;
        if (value.ValueKind != JsonValueKind.String)
            return Wrong<string>(name, "a text", value);
        var text = value.GetString()!;
        if (text.Length == 0)
            Refuse(name, "It must not be empty.");
        else if (text.Length > maxLength && text.EnumerateRunes().Count() > maxLength)
            Refuse(name, $"It has {text.Length:N0} characters; {maxLength:N0} are allowed.");
        else
            return text;
        return null;
    }

    /// <summary>A text, or an array of texts that are its lines.</summary>
    public string? Lines(string name, bool required = false, int maxLength = 100_000, string? about = null)
    {
        _outline?.Value(name, FieldSchemas.OfLines(maxLength), required, about);
        if (Field(name, required) is not { } value)
            return null;
        if (value.ValueKind != JsonValueKind.Array)
            return value.ValueKind == JsonValueKind.String ? Text(name, required, maxLength) : Wrong<string>(name, "a text or an array of texts, its lines", value);
        if (value.EnumerateArray().Any(line => line.ValueKind != JsonValueKind.String))
            return Wrong<string>(name, "a text or an array of texts, its lines", value);
        var text = string.Join('\n', value.EnumerateArray().Select(line => line.GetString()));
        if (string.IsNullOrWhiteSpace(text))
            Refuse(name, "It must not be empty.");
        else if (text.Length > maxLength)
            Fault(name, $"It has {text.Length:N0} characters; {maxLength:N0} are allowed.");
        else
            return text;
        return null;
    }

    /// <summary>One of a few words; null where it is absent or faulty.</summary>
    public string? Choice(string name, IReadOnlyCollection<string> words, bool required = false, string? about = null) => Choice(name, words, required, null, about);

    /// <summary>One of a few words, and <paramref name="otherwise"/> where it is absent or faulty.</summary>
    public string Choice(string name, IReadOnlyCollection<string> words, string otherwise, string about) => Choice(name, words, false, otherwise, about) ?? otherwise;

    private string? Choice(string name, IReadOnlyCollection<string> words, bool required, string? otherwise, string? about)
    {
        if (_outline is not null)
        {
            _outline.Value(name, FieldSchemas.OfChoice(words), required, about, otherwise);
            return _outline.Word(name, words, required, otherwise);
        }
        if (Field(name, required) is not { } value)
            return null;
        if (value.ValueKind != JsonValueKind.String)
            return Wrong<string>(name, "a text", value);
        var text = value.GetString()!;
        if (words.Contains(text, StringComparer.Ordinal))
            return text;
        Refuse(name, $"'{Shorten(text)}' is not one of: {string.Join(", ", words)}.{NearestName.Hint(Shorten(text), words)}");
        return null;
    }

    /// <summary>A whole number from <paramref name="min"/> to <paramref name="max"/>; null where it is absent or faulty.</summary>
    public long? Integer(string name, long min, long max, bool required = false, string? about = null) => Integer(name, min, max, required, null, about);

    /// <summary>A whole number from <paramref name="min"/> to <paramref name="max"/>, and <paramref name="otherwise"/> where it is absent or faulty.</summary>
    public long Integer(string name, long min, long max, long otherwise, string about) => Integer(name, min, max, false, otherwise, about) ?? otherwise;

    private long? Integer(string name, long min, long max, bool required, long? otherwise, string? about)
    {
        _outline?.Value(name, FieldSchemas.OfInteger(min, max), required, about, otherwise);
        if (Field(name, required) is not { } value)
            return null;
        if (!IsInteger(value, out var number))
            return Wrong<long?>(name, "a whole number", value);
        if (number >= min && number <= max)
            return number;
        Refuse(name, string.Create(CultureInfo.InvariantCulture, $"{number} is outside {min} to {max}."));
        return null;
    }

    /// <summary>A finite number from <paramref name="min"/> to <paramref name="max"/>; null where it is absent or faulty.</summary>
    public double? Number(string name, double min, double max, bool required = false, string? about = null) => Number(name, min, max, required, null, about);

    /// <summary>A finite number from <paramref name="min"/> to <paramref name="max"/>, and <paramref name="otherwise"/> where it is absent or faulty.</summary>
    public double Number(string name, double min, double max, double otherwise, string about) => Number(name, min, max, false, otherwise, about) ?? otherwise;

    private double? Number(string name, double min, double max, bool required, double? otherwise, string? about)
    {
        _outline?.Value(name, FieldSchemas.OfNumber(min, max), required, about, otherwise);
        if (Field(name, required) is not { } value)
            return null;
        if (value.ValueKind != JsonValueKind.Number || !value.TryGetDouble(out var number) || !double.IsFinite(number))
            return Wrong<double?>(name, "a number", value);
        if (number >= min && number <= max)
            return number;
        Refuse(name, string.Create(CultureInfo.InvariantCulture, $"{number} is outside {min} to {max}."));
        return null;
    }

    /// <summary>Whether the field is there and is not null. It does not count as read.</summary>
    public bool Has(string name) =>
        _outline?.Question(name, "?") ?? (_element.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null);

    /// <summary>Those of <paramref name="names"/>, of which the object should have one, that it has. They do not count as read.</summary>
    public IReadOnlyList<string> Which(IReadOnlyCollection<string> names) =>
        _outline is null ? [.. names.Where(name => _element.TryGetProperty(name, out _))] : _outline.OneOf(names) is { } one ? [one] : [];

    /// <summary>A size such as <c>"64MB"</c>, or a number of bytes; null where it is absent or faulty.</summary>
    public long? Size(string name, long min, long max, string? about = null) => Size(name, min, max, null, about);

    /// <summary>A size such as <c>"64MB"</c>, or a number of bytes, and <paramref name="otherwise"/> where it is absent or faulty.</summary>
    public long Size(string name, long min, long max, long otherwise, string about) => Size(name, min, max, (long?)otherwise, about) ?? otherwise;

    private long? Size(string name, long min, long max, long? otherwise, string? about)
    {
        _outline?.Value(name, FieldSchemas.OfSize(min, max), required: false, about, otherwise is { } usual ? FieldSchemas.SizeText(usual) : null);
        if (Field(name, required: false) is not { } value)
            return null;
        var isText = value.ValueKind == JsonValueKind.String;
        if (!(isText ? ByteSize.TryParse(value.GetString()!, out var bytes) : IsInteger(value, out bytes)))
            return Wrong<long?>(name, "a size such as \"64MB\"", value);
        if (bytes >= min && bytes <= max)
            return bytes;
        OutOfBounds(name, isText, $"{ByteSize.Format(bytes)} is outside {ByteSize.Format(min)} to {ByteSize.Format(max)}.");
        return null;
    }

    /// <summary>A duration such as <c>"30s"</c> (see <see cref="Duration"/>); null where it is absent or faulty.</summary>
    public TimeSpan? Time(string name, TimeSpan min, TimeSpan max, string? about = null) => Time(name, min, max, null, about);

    /// <summary>A duration such as <c>"30s"</c> (see <see cref="Duration"/>), and <paramref name="otherwise"/> where it is absent or faulty.</summary>
    public TimeSpan Time(string name, TimeSpan min, TimeSpan max, TimeSpan otherwise, string about) => Time(name, min, max, (TimeSpan?)otherwise, about) ?? otherwise;

    private TimeSpan? Time(string name, TimeSpan min, TimeSpan max, TimeSpan? otherwise, string? about)
    {
        _outline?.Value(name, FieldSchemas.OfTime(min, max), required: false, about, otherwise is { } usual ? Duration.Format(usual) : null);
        if (Field(name, required: false) is not { } value)
            return null;
        if (value.ValueKind != JsonValueKind.String || !Duration.TryParse(value.GetString()!, out var time))
            return Wrong<TimeSpan?>(name, "a duration such as \"500ms\", \"30s\", \"5m\", \"2h\" or \"1d\"", value);
        if (time >= min && time <= max)
            return time;
        OutOfBounds(name, isText: true, $"{Duration.Format(time)} is outside {Duration.Format(min)} to {Duration.Format(max)}.");
        return null;
    }

    /// <summary>True or false; null where it is absent or faulty.</summary>
    public bool? Flag(string name, string? about = null) => Flag(name, null, about);

    /// <summary>True or false, and <paramref name="otherwise"/> where it is absent or faulty.</summary>
    public bool Flag(string name, bool otherwise, string about) => Flag(name, (bool?)otherwise, about) ?? otherwise;

    private bool? Flag(string name, bool? otherwise, string? about)
    {
        _outline?.Value(name, FieldSchemas.OfFlag(), required: false, about, otherwise);
        return Field(name, required: false) switch
        {
            null => null,
            { ValueKind: JsonValueKind.True } => true,
            { ValueKind: JsonValueKind.False } => false,
            { } other => Wrong<bool?>(name, "true or false", other),
        };
    }

    /// <summary>The names of all fields, in the document's order.</summary>
    public IReadOnlyList<string> Names => _outline is not null ? [ObjectOutline.AnyName] : [.. _element.EnumerateObject().Select(p => p.Name)];

    /// <summary>Whether a field is there and holds an object.</summary>
    public bool IsObject(string name) =>
        _outline?.Question(name, "{}") ?? (_element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Object);

    /// <summary>An array of texts, none twice; empty where it is absent or faulty.</summary>
    public IReadOnlyList<string> Texts(string name, int maxCount = 100, string? about = null)
    {
        _outline?.Value(name, FieldSchemas.OfTexts(maxCount), required: false, about);
        if (Field(name, required: false) is not { } value)
            return [];
        if (value.ValueKind != JsonValueKind.Array || value.EnumerateArray().Any(e => e.ValueKind != JsonValueKind.String))
            return Wrong<IReadOnlyList<string>>(name, "an array of texts", value) ?? [];
        var texts = value.EnumerateArray().Select(e => e.GetString()!).ToList();
        if (texts.Count > maxCount)
            Refuse(name, $"It has {texts.Count} entries; {maxCount} are allowed.");
        else if (texts.GroupBy(t => t, StringComparer.OrdinalIgnoreCase).FirstOrDefault(g => g.Count() > 1) is { } twice)
            Fault(name, $"'{twice.Key}' is there twice.");
        else
            return texts;
        return [];
    }

    /// <summary>An object whose values are texts, in its own order; empty where it is absent or faulty.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> TextMap(string name, bool required = false, int maxCount = 100, string? about = null)
    {
        _outline?.Value(name, FieldSchemas.OfTextMap(maxCount, required), required, about);
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
                _faults.Add(new SpecFault($"{_pointer}/{Escape(name)}/{Escape(property.Name)}", $"It must be a text that is not empty; this is {Kind(property.Value)}.") { IsStructural = true });
        }
        if (required && map.Count == 0 && !value.EnumerateObject().Any())
            Refuse(name, "It must have at least one entry.");
        if (map.Count > maxCount)
            Refuse(name, $"It has {map.Count} entries; {maxCount} are allowed.");
        return map;
    }

    /// <summary>An object within this one; null where it is absent or faulty.</summary>
    /// <param name="name">The field.</param>
    /// <param name="required">Whether its absence is a fault.</param>
    /// <param name="shorthand">The field that a text or number in the object's place stands for; null where none may.</param>
    /// <param name="about">What the field means, for the schema.</param>
    public SpecReader? Section(string name, bool required = false, string? shorthand = null, string? about = null)
    {
        if (_outline is not null)
            return new SpecReader(Nothing, $"{_pointer}/{name}", _faults, _outline.Section(name, required, shorthand, about));
        if (Field(name, required) is not { } value)
            return null;
        return Open(value, $"{_pointer}/{Escape(name)}", shorthand) ?? Wrong<SpecReader>(name, "an object", value);
    }

    /// <summary>An array of objects; empty where it is absent or faulty.</summary>
    /// <param name="name">The field.</param>
    /// <param name="required">Whether its absence is a fault.</param>
    /// <param name="maxCount">How many there may be.</param>
    /// <param name="shorthand">The field that a text or number in an object's place stands for; null where none may.</param>
    /// <param name="about">What the field means, for the schema.</param>
    /// <param name="definition">A name for such objects in the schema, where they may hold others of their sort.</param>
    public IReadOnlyList<SpecReader> Sections(
        string name, int maxCount = 100, bool required = false, string? shorthand = null, string? about = null, string? definition = null)
    {
        if (_outline is not null)
            return _outline.Sections(name, required, maxCount, shorthand, about, definition) is { } item ? [new SpecReader(Nothing, item.Pointer, _faults, item)] : [];
        if (Field(name, required) is not { } value)
            return [];
        if (value.ValueKind != JsonValueKind.Array)
            return Wrong<IReadOnlyList<SpecReader>>(name, "an array of objects", value) ?? [];
        if (value.GetArrayLength() > maxCount)
        {
            Refuse(name, $"It has {value.GetArrayLength()} entries; {maxCount} are allowed.");
            return [];
        }
        var sections = new List<SpecReader>();
        foreach (var (index, entry) in value.EnumerateArray().Index())
        {
            if (Open(entry, $"{_pointer}/{Escape(name)}/{index}", shorthand) is { } section)
                sections.Add(section);
            else
                _faults.Add(new SpecFault(string.Create(CultureInfo.InvariantCulture, $"{_pointer}/{Escape(name)}/{index}"), $"It must be an object; this is {Kind(entry)}.") { IsStructural = true });
        }
        return sections;
    }

    /// <summary>An object within this one; an empty one where it is absent or faulty, so that what is missing in it is told too.</summary>
    public SpecReader SectionOrEmpty(string name, string? about = null) =>
        _outline is not null ? new SpecReader(Nothing, $"{_pointer}/{name}", _faults, _outline.Section(name, required: false, shorthand: null, about, emptyWhereAbsent: true))
            : Section(name) ?? new SpecReader(Nothing, $"{_pointer}/{Escape(name)}", _faults);

    /// <summary>Reports the fields that nobody asked for, each with the nearest known one.</summary>
    public void End()
    {
        foreach (var property in _element.EnumerateObject().Where(p => !_known.Contains(p.Name)))
            Refuse(property.Name, $"There is no field '{property.Name}' here.{NearestName.Hint(property.Name, _known.Where(k => k[0] != '$'))}");
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
            Refuse(name, $"The field '{name}' is missing.");
        return null;
    }

    private T? Wrong<T>(string name, string wanted, JsonElement value)
    {
        Refuse(name, $"It must be {wanted}; this is {Kind(value)}.");
        return default;
    }

    // Of a text, a schema cannot tell how much it stands for.
    private void OutOfBounds(string name, bool isText, string detail)
    {
        if (isText)
            Fault(name, detail);
        else
            Refuse(name, detail);
    }

    // JSON does not tell 1000 and 1e3 apart, nor do people.
    private static bool IsInteger(JsonElement value, out long number)
    {
        number = 0;
        if (value.ValueKind != JsonValueKind.Number)
            return false;
        if (value.TryGetInt64(out number))
            return true;
        if (!value.TryGetDecimal(out var whole) || whole != decimal.Truncate(whole) || whole is < long.MinValue or > long.MaxValue)
            return false;
        number = (long)whole;
        return true;
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
