using System.Text;
using System.Text.Json;
using Pipeline.Schemas;

namespace Pipeline.Jobs;

/// <summary>The envelope that the specs of all kinds share, and the document itself.</summary>
/// <param name="Kind">Which kind of job.</param>
/// <param name="Name">What people call it: 1 to 100 characters, for instance <c>flights-by-month</c>.</param>
/// <param name="Id">The job's id if the sender chooses it; null lets the app choose.</param>
/// <param name="Document">The whole document.</param>
public sealed record JobSpec(string Kind, string Name, string? Id, JsonElement Document)
{
    /// <summary>The largest spec that is read, in bytes.</summary>
    public const int MaxBytes = 1024 * 1024;

    private static readonly JsonDocumentOptions Strictly = new()
    {
        MaxDepth = 64,
        AllowDuplicateProperties = false,
        AllowTrailingCommas = true,
        CommentHandling = JsonCommentHandling.Skip,
    };

    /// <summary>The faults of the envelope, which are told together with those that the kind finds in the rest.</summary>
    internal IReadOnlyList<SpecFault> Faults { get; private init; } = [];

    // What stands in for the document while its schema is made.
    private SpecReader? Description { get; init; }

    /// <summary>Reads the JSON and the envelope; the kind reads the rest, and <see cref="Read"/> gives it the envelope's faults.</summary>
    /// <exception cref="SpecException">It is not JSON, is too large, or of no known kind.</exception>
    public static JobSpec Parse(ReadOnlyMemory<byte> json, IReadOnlyCollection<string> kinds)
    {
        var root = ParseJson(json);
        var faults = new List<SpecFault>();
        var (kind, name, id) = ReadEnvelope(SpecReader.Open(root, faults), kinds);
        return kind is not null ? new JobSpec(kind, name ?? "", id, root) { Faults = faults } : throw new SpecException(faults);
    }

    /// <summary>A spec of a kind of which nothing is there, to be read for its schema.</summary>
    internal static JobSpec Describe(string kind, ObjectOutline outline)
    {
        var faults = new List<SpecFault>();
        var reader = SpecReader.Describe(outline, faults);
        ReadEnvelope(reader, [kind]);
        return new JobSpec(kind, "", null, default) { Faults = faults, Description = reader };
    }

    private static (string? Kind, string? Name, string? Id) ReadEnvelope(SpecReader reader, IReadOnlyCollection<string> kinds)
    {
        var kind = reader.Choice("kind", kinds, required: true, about: "Which kind of job it is.");
        var name = reader.Text("name", required: true, maxLength: 100, about: "What people call the job.");
        if (name is not null && name.Any(char.IsControl))
            reader.Fault("name", "It must not hold control characters.");
        var id = reader.Text("id", maxLength: JobId.MaxLength,
            about: "The job's id: letters, digits, '-' and '_'. A second job with it is refused. Where it is absent, the app makes one.");
        if (id is not null && JobId.Fault(id) is { } fault)
            reader.Fault("id", fault);
        return (kind, name, id);
    }

    /// <summary>Starts to read the fields of a kind's own; the envelope's are known already.</summary>
    /// <param name="faults">Takes the envelope's faults and those that reading finds.</param>
    /// <param name="about">What the kind is, for the schema.</param>
    public SpecReader Read(List<SpecFault> faults, string about = "")
    {
        faults.AddRange(Faults);
        if (Description is { } description)
        {
            description.About(about);
            return description;
        }
        var reader = SpecReader.Open(Document, faults);
        foreach (var field in new[] { "kind", "name", "id" })
            reader.PassOver(field);
        return reader;
    }

    /// <summary>Reads a document that somebody sent: bounded, strict about duplicates, clear about where it breaks.</summary>
    /// <param name="json">The document, JSON in UTF-8.</param>
    /// <param name="limit">How many bytes it may have.</param>
    /// <exception cref="SpecException">It is too large or not well-formed.</exception>
    public static JsonElement ParseJson(ReadOnlyMemory<byte> json, int limit = MaxBytes)
    {
        if (json.Length > limit)
            throw new SpecException("", $"The document has {ByteSize.Format(json.Length)}; at most {ByteSize.Format(limit)} are read. Put data into a dataset and name it.", ProblemTypes.TooLarge);
        try
        {
            var start = json.Span.StartsWith(Encoding.UTF8.Preamble) ? Encoding.UTF8.Preamble.Length : 0;
            using var document = JsonDocument.Parse(json[start..], Strictly);
            // The parser lets escapes through that are no characters; only a text with escapes can have them.
            if (json.Span.IndexOf("\\u"u8) >= 0 && !IsText(document.RootElement))
                throw new SpecException("", "The document is not well-formed JSON: it holds half of a surrogate pair (\\ud800 to \\udfff), which is no character.", ProblemTypes.MalformedJson);
            return document.RootElement.Clone();
        }
        catch (JsonException e)
        {
            var where = e.LineNumber is { } line ? $" at line {line + 1}, column {e.BytePositionInLine + 1}" : "";
            throw new SpecException("", $"The document is not well-formed JSON{where}: {Reason(e)}", ProblemTypes.MalformedJson);
        }
    }

    private static bool IsText(JsonElement element)
    {
        try
        {
            return element.ValueKind switch
            {
                JsonValueKind.String => element.GetString() is not null,
                JsonValueKind.Array => element.EnumerateArray().All(IsText),
                JsonValueKind.Object => element.EnumerateObject().All(property => property.Name.Length >= 0 && IsText(property.Value)),
                _ => true,
            };
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }

    // System.Text.Json puts the position behind its sentence; we have said it already, counted from 1.
    private static string Reason(JsonException e)
    {
        var end = e.Message.IndexOf(" LineNumber:", StringComparison.Ordinal);
        return end < 0 ? e.Message : e.Message[..end];
    }
}
