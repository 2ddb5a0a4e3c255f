using System.Text.RegularExpressions;

namespace Pipeline.Tests.Architecture;

/// <summary>Rules on the text of one file: each gives the faults that it finds.</summary>
internal static partial class SourceRules
{
    public const int LongestFile = 450;

    public static IEnumerable<string> Length(string path, string text)
    {
        var lines = text.AsSpan().TrimEnd().Count('\n') + 1;
        if (lines > LongestFile)
        {
            yield return $"{path} has {lines} lines; split it by what it speaks of ({LongestFile} at most).";
        }
    }

    /// <summary>Namespaces are file-scoped, so a type of the file's top level starts its line.</summary>
    public static IEnumerable<string> PublicTypes(string path, string text)
    {
        var names = PublicType().Matches(text).Select(match => match.Groups["name"].Value).Distinct().ToArray();
        if (names.Length > 1)
        {
            yield return $"{path} declares {string.Join(", ", names)}; give each public type its own file.";
        }
    }

    /// <summary>A folder of the machine where someone wrote this, which nobody else has.</summary>
    public static IEnumerable<string> MachinePaths(string path, string text) =>
        from line in text.Split('\n').Select((line, index) => (Text: line, Number: index + 1))
        from Match match in MachinePath().Matches(line.Text)
        select $"{path}:{line.Number} names {match.Value}, a folder of one machine.";

    /// <summary>A lock file that repeats where its packages were fetched binds everyone to that registry.</summary>
    public static IEnumerable<string> RegistryHosts(string path, string text)
    {
        if (Path.GetFileName(path) is "package-lock.json" or ".npmrc" or "NuGet.config" or "nuget.config" && Address().Match(text) is { Success: true } match)
        {
            yield return $"{path} names the registry {match.Value}; leave the choice of registry to the machine.";
        }
    }

    [GeneratedRegex(@"^public (?:(?:abstract|sealed|static|partial|readonly|ref|unsafe) )*(?:class|record struct|record class|record|struct|interface|enum|delegate [\w<>?\[\], ]+?) (?<name>\w+)", RegexOptions.Multiline)]
    private static partial Regex PublicType();

    [GeneratedRegex(@"(?<![\w.}\])*-])/(?:work|root|tmp|home|Users)/\w+|\b[A-Z]:\\Users\\\w+")]
    private static partial Regex MachinePath();

    [GeneratedRegex(@"(?<=""resolved"": *""|registry *= *|value *= *"")https?://[^/""\s]+")]
    private static partial Regex Address();
}
