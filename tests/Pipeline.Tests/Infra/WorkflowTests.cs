using System.Text.RegularExpressions;
using Pipeline.Tests.Architecture;
using YamlDotNet.RepresentationModel;

namespace Pipeline.Tests.Infra;

/// <summary>The workflows are YAML, keep no secret and have no more rights than they use.</summary>
public class WorkflowTests
{
    public static TheoryData<string> Files => new(Directory.GetFiles(Path.Combine(Repository.Root, ".github", "workflows"), "*.yml").Select(Path.GetFileName).Order(StringComparer.Ordinal)!);

    [Theory]
    [MemberData(nameof(Files))]
    public void Workflow_EveryOne_SaysWhatItMayDoAndHowLong(string file)
    {
        var root = Read(file);

        Assert.Equal("read", Text(Map(root, "permissions"), "contents"));
        Assert.All(Map(root, "jobs").Children.Values.Cast<YamlMappingNode>(), job =>
        {
            Assert.True(job.Children.ContainsKey("timeout-minutes"));
            Assert.All(((YamlSequenceNode)job.Children["steps"]).Children.Cast<YamlMappingNode>(), step =>
                Assert.True(step.Children.ContainsKey("uses") ^ step.Children.ContainsKey("run"), "a step uses an action or runs a command"));
        });
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Workflow_EveryOne_ReadsNoSecret(string file) => Assert.DoesNotMatch(@"\bsecrets\.", Repository.Read($".github/workflows/{file}"));

    [Fact]
    public void Ci_RunsTheTestsTheFormatAndTheOfficialFlavour()
    {
        var text = Repository.Read(".github/workflows/ci.yml");

        Assert.Contains("bash .ci/run", text, StringComparison.Ordinal);
        Assert.Contains("dotnet format Pipeline.sln --verify-no-changes", text, StringComparison.Ordinal);
        Assert.Contains("dotnet publish functions/Pipeline.Functions", text, StringComparison.Ordinal);
        Assert.False(Map(Read("ci.yml"), "permissions").Children.ContainsKey("id-token"));
    }

    [Fact]
    public void Deploy_SignsInByAFederatedCredential()
    {
        var text = Repository.Read(".github/workflows/deploy.yml");

        Assert.Equal("write", Text(Map(Read("deploy.yml"), "permissions"), "id-token"));
        Assert.Contains("--federated-credential-provider github", text, StringComparison.Ordinal);
        // What it hands to azd is known to the parameters.
        var known = Repository.Read("infra/main.parameters.json") + "AZURE_CLIENT_ID AZURE_TENANT_ID AZURE_SUBSCRIPTION_ID";
        Assert.All(Regex.Matches(text, "^      ([A-Z_]+): ", RegexOptions.Multiline).Select(match => match.Groups[1].Value), name => Assert.Contains(name, known, StringComparison.Ordinal));
    }

    [Fact]
    public void Guide_EveryVariableOfTheParameters_IsExplained()
    {
        var guide = Repository.Read("infra/README.md");
        var variables = Regex.Matches(Repository.Read("infra/main.parameters.json"), @"\$\{(PIPELINE_\w+)").Select(match => match.Groups[1].Value);

        Assert.All(variables, name => Assert.Contains($"`{name}`", guide, StringComparison.Ordinal));
    }

    private static YamlMappingNode Read(string file)
    {
        var stream = new YamlStream();
        stream.Load(new StringReader(Repository.Read($".github/workflows/{file}")));
        return (YamlMappingNode)stream.Documents[0].RootNode;
    }

    private static YamlMappingNode Map(YamlMappingNode map, string key) => (YamlMappingNode)map.Children[key];

    private static string Text(YamlMappingNode map, string key) => ((YamlScalarNode)map.Children[key]).Value!;
}
