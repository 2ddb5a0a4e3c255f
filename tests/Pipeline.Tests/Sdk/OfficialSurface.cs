using System.Text.RegularExpressions;

namespace Pipeline.Tests.Sdk;

/// <summary>Reads the list of official types, whose notation its own first lines explain.</summary>
internal static partial class OfficialSurface
{
    public static IReadOnlyList<SurfaceType> Load()
    {
        using var resource = typeof(OfficialSurface).Assembly.GetManifestResourceStream("official-surface.md")!;
        using var reader = new StreamReader(resource);
        return Parse(reader.ReadToEnd());
    }

    public static IReadOnlyList<SurfaceType> Parse(string text)
    {
        var types = new List<SurfaceType>();
        var ownUsage = "";
        var space = "";
        List<string>? members = null;

        foreach (var (line, number) in text.Split('\n').Select((line, index) => (line.TrimEnd(), index + 1)))
        {
            if (members is not null)
            {
                if (line == "}")
                {
                    members = null;
                }
                else if (line != "{")
                {
                    members.AddRange(types[^1].Kind == "enum" ? line.Trim().Split(", ") : [line.Trim().TrimEnd(';')]);
                }
            }
            else if (line.StartsWith("### namespace ", StringComparison.Ordinal))
            {
                space = line["### namespace ".Length..];
            }
            else if (UsageLine().Match(line) is { Success: true } usage)
            {
                ownUsage = Targets(usage.Groups["targets"].Value.Split(", "));
            }
            else if (TypeLine().Match(line) is { Success: true } type)
            {
                members = [];
                types.Add(new SurfaceType($"{space}.{type.Groups["name"].Value}", type.Groups["kind"].Value, type.Groups["base"].Value, ownUsage, members));
                ownUsage = "";
            }
            else if (line.StartsWith("public ", StringComparison.Ordinal))
            {
                throw new FormatException($"Line {number} of the surface list declares a type in a way that is not understood: {line}");
            }
        }

        return [.. types.Select(type => type with { Usage = EffectiveUsage(type, types) })];
    }

    /// <summary>Attribute targets in one order, so that two ways to write them compare equal.</summary>
    public static string Targets(IEnumerable<string> targets) => string.Join(", ", targets.Order(StringComparer.Ordinal));

    private static string EffectiveUsage(SurfaceType type, List<SurfaceType> types)
    {
        if (type.Usage.Length > 0 || type.Base.Length == 0)
        {
            return type.Usage;
        }

        if (type.Base == nameof(Attribute))
        {
            return nameof(AttributeTargets.All);
        }

        var parent = types.Find(candidate => candidate.Name.EndsWith("." + type.Base, StringComparison.Ordinal));
        return parent is null ? "" : EffectiveUsage(parent, types);
    }

    [GeneratedRegex(@"^\[AttributeUsage\((?<targets>[\w, ]+)\)\]$")]
    private static partial Regex UsageLine();

    [GeneratedRegex(@"^public (?<kind>(?:(?:abstract|sealed|static) )?(?:class|struct|interface|enum)) (?<name>\w+(?:<[\w, ]+>)?)(?: : (?<base>\S.*))?$")]
    private static partial Regex TypeLine();
}
