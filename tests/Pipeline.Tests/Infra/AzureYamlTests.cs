using System.Text.Json;
using System.Text.RegularExpressions;
using Pipeline.Tests.Architecture;
using YamlDotNet.RepresentationModel;

namespace Pipeline.Tests.Infra;

/// <summary>azure.yaml against the published list of its fields, and what it names against the repository.</summary>
public class AzureYamlTests
{
    private static readonly JsonElement s_fields = JsonDocument.Parse(Repository.Read("tests/Pipeline.Tests/Infra/azure-yaml-fields.json")).RootElement;

    [Fact]
    public void AzureYaml_OfThisRepository_IsValid() => Assert.Empty(Faults(Repository.Read("azure.yaml")));

    [Theory]
    [InlineData("name: Big Name\n", "name 'Big Name'")]
    [InlineData("infra:\n  provider: bicep\n", "lacks name")]
    [InlineData("name: a1\nservices:\n  x:\n    host: function\n", "lacks project")]
    [InlineData("name: a1\nservices:\n  x:\n    host: function\n    project: a\n    env:\n      A: b\n", "env is not for the host function")]
    [InlineData("name: a1\nservices:\n  x:\n    host: function\n    project: a\n    image: b\n", "image is not for the host function")]
    [InlineData("name: a1\nservices:\n  x:\n    host: function\n    project: a\n    k8s: {}\n", "k8s is not for the host function")]
    [InlineData("name: a1\nservices:\n  x:\n    host: functions\n    project: a\n", "host functions")]
    [InlineData("name: a1\nservices:\n  x:\n    host: function\n    project: a\n    lang: dotnet\n", "unknown field lang")]
    [InlineData("name: a1\nhooks:\n  afterdeploy:\n    run: x\n", "unknown field afterdeploy")]
    [InlineData("name: a1\nhooks:\n  postdeploy:\n    shell: bash\n    run: x\n", "shell bash")]
    public void Faults_WrongFile_IsNamed(string yaml, string expected) => Assert.Contains(Faults(yaml), fault => fault.Contains(expected, StringComparison.Ordinal));

    [Fact]
    public void Services_Paths_AreThere()
    {
        var root = Root(Repository.Read("azure.yaml"));
        var service = Map(Map(root, "services"), "pipeline");

        Assert.Equal("function", Text(service, "host"));
        Assert.Equal("dotnet", Text(service, "language"));
        Assert.True(File.Exists(Path.Combine(Repository.Root, Text(service, "project"), "Pipeline.Functions.csproj")));
        Assert.True(File.Exists(Path.Combine(Repository.Root, Text(Map(root, "infra"), "path"), $"{Text(Map(root, "infra"), "module")}.bicep")));
    }

    [Fact]
    public void Hooks_OnEitherSystem_RunAScriptThatIsThere()
    {
        var hook = Map(Map(Root(Repository.Read("azure.yaml")), "hooks"), "postdeploy");

        foreach (var (system, shell) in new[] { ("posix", "sh"), ("windows", "pwsh") })
        {
            var script = Map(hook, system);
            Assert.Equal(shell, Text(script, "shell"));
            Assert.True(File.Exists(Path.Combine(Repository.Root, Text(script, "run"))), Text(script, "run"));
        }
    }

    private static List<string> Faults(string yaml)
    {
        var faults = new List<string>();
        var root = Root(yaml);
        Check(root, "root", "azure.yaml");
        if (root.Children.ContainsKey("name") && !Regex.IsMatch(Text(root, "name"), "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$"))
        {
            faults.Add($"the name '{Text(root, "name")}' is not of small letters, digits and hyphens");
        }

        if (root.Children.ContainsKey("infra"))
        {
            Check(Map(root, "infra"), "infra", "infra");
        }

        foreach (var (name, service) in Entries(root, "services"))
        {
            Check(service, "service", name);
            CheckHost(service, name);
        }

        foreach (var (name, hook) in Entries(root, "hooks"))
        {
            CheckHook(name, hook);
        }

        return faults;

        void Check(YamlMappingNode map, string kind, string where)
        {
            var keys = map.Children.Keys.Select(key => ((YamlScalarNode)key).Value!).ToList();
            faults.AddRange(keys.Except(List(kind, "known")).Select(key => $"{where}: unknown field {key}"));
            faults.AddRange(List(kind, "required").Except(keys).Select(key => $"{where} lacks {key}"));
        }

        void CheckHost(YamlMappingNode service, string where)
        {
            var host = service.Children.ContainsKey("host") ? Text(service, "host") : "";
            if (!Names(s_fields.GetProperty("hosts")).Contains(host))
            {
                faults.Add($"{where}: there is no host {host}");
                return;
            }

            var keys = service.Children.Keys.Select(key => ((YamlScalarNode)key).Value!).ToList();
            faults.AddRange(Names(s_fields.GetProperty("forbiddenFor"), host).Intersect(keys).Select(key => $"{where}: {key} is not for the host {host}"));
            faults.AddRange(Names(s_fields.GetProperty("requiredFor"), host).Except(keys).Select(key => $"{where} lacks {key}"));
            if (service.Children.ContainsKey("language") && !Names(s_fields.GetProperty("languages")).Contains(Text(service, "language")))
            {
                faults.Add($"{where}: there is no language {Text(service, "language")}");
            }
        }

        void CheckHook(string name, YamlMappingNode hook)
        {
            if (!Names(s_fields.GetProperty("projectHooks")).Contains(name))
            {
                faults.Add($"hooks: unknown field {name}");
            }

            var scripts = hook.Children.ContainsKey("posix") || hook.Children.ContainsKey("windows")
                ? hook.Children.Select(child => (YamlMappingNode)child.Value).ToList()
                : [hook];
            foreach (var script in scripts)
            {
                Check(script, "hook", name);
                if (script.Children.ContainsKey("shell") && !Names(s_fields.GetProperty("shells")).Contains(Text(script, "shell")))
                {
                    faults.Add($"{name}: there is no shell {Text(script, "shell")}");
                }
            }
        }
    }

    private static YamlMappingNode Root(string yaml)
    {
        var stream = new YamlStream();
        stream.Load(new StringReader(yaml));
        return (YamlMappingNode)Assert.Single(stream.Documents).RootNode;
    }

    private static IEnumerable<(string Name, YamlMappingNode Value)> Entries(YamlMappingNode map, string key) => map.Children.ContainsKey(key)
        ? Map(map, key).Children.Select(child => (((YamlScalarNode)child.Key).Value!, (YamlMappingNode)child.Value))
        : [];

    private static YamlMappingNode Map(YamlMappingNode map, string key) => (YamlMappingNode)map.Children[key];

    private static string Text(YamlMappingNode map, string key) => ((YamlScalarNode)map.Children[key]).Value!;

    private static IEnumerable<string> List(string kind, string list) => Names(s_fields.GetProperty(kind), list);

    private static IEnumerable<string> Names(JsonElement json, string property) => json.TryGetProperty(property, out var list) ? Names(list) : [];

    private static IEnumerable<string> Names(JsonElement list) => list.EnumerateArray().Select(name => name.GetString()!);
}
