using System.Text.RegularExpressions;
using System.Xml.Linq;
using Pipeline.Tests.Architecture;

namespace Pipeline.Tests.Sdk;

/// <summary>What of the official flavour no build here sees: Program.cs, the packages' versions, and names that the official worker brings
/// into every file.</summary>
public partial class OfficialFlavourTests
{
    private static readonly IReadOnlyList<SurfaceType> s_official = OfficialSurface.Load();

    [Fact]
    public void Program_EveryOfficialCall_IsInTheSurface()
    {
        var program = Repository.Read("functions/Pipeline.Functions/Program.cs");
        // Our own, and those of .NET.
        string[] known = ["AddPipelineTelemetry", "Configure", "Run"];
        var official = s_official.SelectMany(type => type.Members).Select(member => Called().Match(member).Groups["name"].Value).ToHashSet(StringComparer.Ordinal);

        var calls = Called().Matches(program).Select(match => match.Groups["name"].Value).ToList();
        Assert.Contains("CreateBuilder", calls);
        Assert.All(calls.Except(known), call => Assert.Contains(call, official));
        Assert.All(
            UsedNamespace().Matches(program).Select(match => match.Groups["name"].Value).Where(name => name.StartsWith("Microsoft.Azure", StringComparison.Ordinal)),
            name => Assert.Contains(s_official, type => type.Name.StartsWith($"{name}.", StringComparison.Ordinal)));
    }

    [Fact]
    public void Packages_Versions_AreThoseOfTheSurface()
    {
        var stated = Stated().Matches(VersionsLine().Match(Repository.Read("tests/Pipeline.Tests/Sdk/official-surface.md").ReplaceLineEndings(" ")).Value)
            .ToDictionary(match => match.Groups["name"].Value, match => match.Groups["version"].Value, StringComparer.Ordinal);
        var pinned = XDocument.Parse(Repository.Read("Directory.Packages.props")).Descendants("PackageVersion")
            .ToDictionary(package => (string)package.Attribute("Include")!, package => (string)package.Attribute("Version")!, StringComparer.Ordinal);

        Assert.Equal(6, stated.Count(pair => pair.Key != "Microsoft.DurableTask.*"));
        foreach (var (name, version) in stated.Where(pair => pair.Key != "Microsoft.DurableTask.*"))
        {
            var package = name.StartsWith("Microsoft.", StringComparison.Ordinal) ? name : $"Microsoft.Azure.Functions.{(name.StartsWith("Worker.", StringComparison.Ordinal) ? "" : "Worker.Extensions.")}{name}";
            Assert.Equal((package, version), (package, pinned[package]));
        }
    }

    [Fact]
    public void Types_OfTheApp_HaveNoOfficialNames()
    {
        // The official worker's build brings its namespaces into every file: a name of both would be ambiguous there, and not here.
        var official = s_official.Where(type => type.Name.StartsWith("Microsoft.Azure.Functions.Worker.", StringComparison.Ordinal)).ToLookup(type => type.Name.Split('.')[^1].Split('<')[0]);

        var both = typeof(PipelineApp).Assembly.GetTypes().Where(type => !type.IsNested && type.Namespace?.StartsWith("Pipeline", StringComparison.Ordinal) == true)
            .Where(type => official.Contains(type.Name.Split('`')[0])).Select(type => type.FullName).ToList();

        Assert.True(both.Count == 0, $"Name otherwise: {string.Join(", ", both)}.");
    }

    [GeneratedRegex(@"\b(?<name>[A-Z]\w*)(<[^(]*>)?\(")]
    private static partial Regex Called();

    [GeneratedRegex(@"^using (?<name>[\w.]+);", RegexOptions.Multiline)]
    private static partial Regex UsedNamespace();

    [GeneratedRegex(@"Versions: .*?\.(?= +##|  )")]
    private static partial Regex VersionsLine();

    [GeneratedRegex(@"(?<name>[A-Z][\w.]*(\.\*)?) (?<version>\d+\.\d+\.\d+)")]
    private static partial Regex Stated();
}
