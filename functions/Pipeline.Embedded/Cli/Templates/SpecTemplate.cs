namespace Pipeline.Embedded.Cli.Templates;

/// <summary>A spec to begin with, as text.</summary>
internal static class SpecTemplate
{
    /// <summary>The text.</summary>
    /// <param name="kind">The kind of spec.</param>
    /// <param name="path">The file that it is for, as its comments call it.</param>
    public static string Of(TemplateKind kind, string path)
    {
        var schema = kind.Schema();
        var lines = new List<string> { $"// {schema["description"]}", $"// Run it: pipeline run {path}{kind.Run}" };
        if (kind.Data is not null)
            lines.Add($"// Its data is samples/data/{kind.Data}: 'run' finds it from a file in the folder samples, or below. Elsewhere, name a dataset of your own.");
        if (kind.Kind == "stream")
            lines.Add($"// Events of your own: pipeline stream apply {path}, and then pipeline send HUB EVENTS.");
        lines.Add("// Comments and commas behind the last field are allowed. Each option that is commented out stands there with its default, if it has one.");
        lines.AddRange(new TemplateWriter(schema).Write(kind.Sample()));
        return string.Concat(lines.Select(line => line.Replace("schemas/KIND.json", $"schemas/{kind.Kind}.json", StringComparison.Ordinal).TrimEnd() + "\n"));
    }
}
