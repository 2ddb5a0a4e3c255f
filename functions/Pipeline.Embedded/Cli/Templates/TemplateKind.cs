using System.Text.Json.Nodes;

namespace Pipeline.Embedded.Cli.Templates;

/// <summary>A kind of spec that <c>new</c> begins: a sample that runs as it is, and the schema of all that may stand in it. Both
/// are the repository's own, carried by this assembly.</summary>
/// <param name="Kind">The kind.</param>
/// <param name="Data">What of <c>samples/data</c> it works on; null for nothing.</param>
/// <param name="Run">What is written behind <c>run FILE</c> to see it work; empty for nothing.</param>
internal sealed record TemplateKind(string Kind, string? Data, string Run)
{
    /// <summary>All of them.</summary>
    public static IReadOnlyList<TemplateKind> All { get; } =
    [
        new("batch", "flights", ""),
        new("stream", null, " --generate trades --count 200000"),
        new("training", "digits", ""),
        new("simulation", null, ""),
        new("grid", "genomics", " --volunteers 2"),
    ];

    /// <summary>The sample.</summary>
    public JsonObject Sample()
    {
        var sample = Read("sample");
        // The schema's address is that from the sample's folder.
        sample.Remove("$schema");
        return sample;
    }

    /// <summary>The schema.</summary>
    public JsonObject Schema() => Read("schema");

    private JsonObject Read(string what)
    {
        using var resource = typeof(TemplateKind).Assembly.GetManifestResourceStream($"{what}/{Kind}.json")!;
        return JsonNode.Parse(resource)!.AsObject();
    }
}
