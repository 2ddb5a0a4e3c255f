using System.Text.Json.Nodes;

namespace Pipeline.Schemas;

/// <summary>An object as one run of the reading code asked for it.</summary>
internal sealed class ObjectOutline(SchemaRun run, string pointer)
{
    /// <summary>The name that stands for every field of an object whose fields have names of their own choice.</summary>
    public const string AnyName = "*";

    private readonly List<(string Name, FieldOutline Field)> _fields = [];
    private readonly List<SchemaFork> _forks = [];
    private readonly HashSet<string> _definitions = new(StringComparer.Ordinal);

    /// <summary>The run.</summary>
    public SchemaRun Run => run;

    /// <summary>The place: a JSON pointer, with <c>*</c> for each entry of an array.</summary>
    public string Pointer => pointer;

    /// <summary>What the object is; null where the code does not say.</summary>
    public string? About { get; set; }

    /// <summary>What was asked for, in that order; a field that is an object or a text, for instance, is there twice.</summary>
    public IReadOnlyList<(string Name, FieldOutline Field)> Fields => _fields;

    /// <summary>Where words decided what else was asked for.</summary>
    public IReadOnlyList<SchemaFork> Forks => _forks;

    /// <summary>Fields of which an object has exactly one.</summary>
    public IReadOnlyList<string> Alternatives { get; set; } = [];

    /// <summary>Notes a field with a value.</summary>
    public void Value(string name, JsonObject schema, bool required, string? about, JsonNode? otherwise = null) =>
        _fields.Add((name, new FieldOutline(required, about, otherwise) { Value = schema }));

    /// <summary>Notes a field with an object, and gives its outline.</summary>
    public ObjectOutline Section(string name, bool required, string? shorthand, string? about, bool emptyWhereAbsent = false)
    {
        var section = new ObjectOutline(run, $"{pointer}/{name}");
        _fields.Add((name, new FieldOutline(required, about, null) { Object = section, Shorthand = shorthand, EmptyWhereAbsent = emptyWhereAbsent }));
        return section;
    }

    /// <summary>Notes a field with an array of objects, and gives the outline of each; null where that is known already, because such an
    /// object is being outlined.</summary>
    public ObjectOutline? Sections(string name, bool required, int mostItems, string? shorthand, string? about, string? definition)
    {
        var item = new ObjectOutline(run, $"{pointer}/{name}/{AnyName}");
        item._definitions.UnionWith(_definitions);
        _fields.Add((name, new FieldOutline(required, about, null) { Object = item, MostItems = mostItems, Shorthand = shorthand, Definition = definition }));
        return definition is null || item._definitions.Add(definition) ? item : null;
    }

    /// <summary>Lets every word of a field be tried, and gives the one of this run: null for an absent field.</summary>
    public string? Word(string name, IReadOnlyCollection<string> words, bool required, string? otherwise)
    {
        var absent = !required && otherwise is null;
        IReadOnlyList<string?> ways = absent ? [null, .. words] : [otherwise ?? words.FirstOrDefault(), .. words.Where(w => w != (otherwise ?? words.FirstOrDefault()))];
        return Way(new SchemaFork($"{pointer}/{name}{SchemaRun.ByWord}", name, ways, otherwise));
    }

    /// <summary>Lets every field of some be tried, of which an object has exactly one.</summary>
    public string? OneOf(IReadOnlyCollection<string> names)
    {
        Alternatives = [.. names];
        return Way(new SchemaFork($"{pointer}/{SchemaRun.ByWord}", null, [.. names], null));
    }

    /// <summary>Lets a question be answered both ways, such as whether a field is there.</summary>
    public bool Question(string name, string question) => run.Take($"{pointer}/{name}{question}", 2) == 0;

    private string? Way(SchemaFork fork)
    {
        if (_forks.Find(f => f.Key == fork.Key) is null)
            _forks.Add(fork);
        return fork.Words.Count == 0 ? null : fork.Words[run.Take(fork.Key, fork.Words.Count)];
    }
}
