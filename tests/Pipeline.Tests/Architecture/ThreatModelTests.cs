using System.Text.RegularExpressions;

namespace Pipeline.Tests.Architecture;

/// <summary>Every line of the threat model names a test, and there is one of that name.</summary>
public partial class ThreatModelTests
{
    private const string Heading = "### Threat model";

    [Fact]
    public void Threat_EachLine_NamesATestThatExists()
    {
        var tests = Repository.Files(".cs").Where(file => file.StartsWith("tests/", StringComparison.Ordinal) && file.EndsWith("Tests.cs", StringComparison.Ordinal))
            .ToLookup(Path.GetFileNameWithoutExtension, Repository.Read);

        var faults = Lines().Select(line => (Line: line, Test: TestName().Match(line))).Where(line => !line.Test.Success
            || !tests[line.Test.Groups["class"].Value].Any(text => Regex.IsMatch(text, $@"public (async )?(Task|void) {line.Test.Groups["method"].Value}\("))).Select(line => line.Line).ToList();

        Assert.True(faults.Count == 0, string.Join("\n", faults));
    }

    [Theory]
    [InlineData('S')]
    [InlineData('T')]
    [InlineData('R')]
    [InlineData('I')]
    [InlineData('D')]
    [InlineData('E')]
    public void Threats_OfEveryKind_AreThere(char kind) => Assert.Contains(Lines(), line => line.Split('|')[1].Contains(kind));

    private static List<string> Lines() =>
        [.. Repository.Read("README.md").ReplaceLineEndings("\n").Split('\n').SkipWhile(line => line != Heading).TakeWhile(line => line != "</details>").Where(line => line.StartsWith('|') && !line.StartsWith("| | attempt", StringComparison.Ordinal) && !line.StartsWith("|---", StringComparison.Ordinal))];

    [GeneratedRegex(@"`(?<class>\w+)\.(?<method>\w+)` \|$")]
    private static partial Regex TestName();
}
