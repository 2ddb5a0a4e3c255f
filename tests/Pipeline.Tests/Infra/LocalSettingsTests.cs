using System.Reflection;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Azure.Functions.Worker;
using Pipeline.Tests.Architecture;
using YamlDotNet.RepresentationModel;

namespace Pipeline.Tests.Infra;

/// <summary>local.settings.sample.json has what <c>func start</c> needs, with the emulators of samples/local.</summary>
public partial class LocalSettingsTests
{
    private static readonly Dictionary<string, string> s_values = JsonDocument.Parse(Repository.Read("local.settings.sample.json")).RootElement.GetProperty("Values")
        .EnumerateObject().ToDictionary(value => value.Name, value => value.Value.GetString()!, StringComparer.Ordinal);

    private static readonly JsonElement s_emulator = JsonDocument.Parse(Repository.Read("samples/local/eventhubs.json")).RootElement
        .GetProperty("UserConfig").GetProperty("NamespaceConfig")[0];

    [Fact]
    public void Sample_EveryFunction_HasItsSettingsOrIsOff()
    {
        foreach (var function in AppFunction.All.Where(function => !s_values.ContainsKey($"AzureWebJobs.{function.Name}.Disabled")))
        {
            string?[] texts = function.Trigger is EventHubTriggerAttribute trigger ? [trigger.EventHubName, trigger.ConsumerGroup] : [];
            foreach (var text in texts.OfType<string>().Concat(function.Method.GetCustomAttributes<EventHubOutputAttribute>().Select(output => output.EventHubName)))
            {
                Assert.All(Reference().Matches(text).Select(match => match.Groups["name"].Value), name => Assert.Contains(name, s_values.Keys));
            }

            if (function.Connection is { } connection)
            {
                Assert.Contains(connection, s_values.Keys);
            }
        }
    }

    [SkippableFact]
    public void Sample_SettingsThatAzureHas_AreThereToo()
    {
        // Under another form where a connection string takes the place of an identity; what belongs to Azure alone is left out.
        string[] azureOnly = ["APPLICATIONINSIGHTS_CONNECTION_STRING", "APPLICATIONINSIGHTS_AUTHENTICATION_STRING", "AZURE_CLIENT_ID", "PipelineRegion"];
        var deployed = Deployment.OfScenario("public").Settings.Keys
            .Where(name => !name.StartsWith("AzureFunctionsJobHost__", StringComparison.Ordinal))
            .Select(name => name.Split("__")[0]).Except(azureOnly);

        Assert.Equal(deployed.Append("FUNCTIONS_WORKER_RUNTIME").Distinct().Order(StringComparer.Ordinal), s_values.Keys.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Sample_EveryLine_IsExplained()
    {
        var guide = Repository.Read("infra/README.md");

        Assert.All(s_values.Keys, name => Assert.Contains($"| `{name}` |", guide, StringComparison.Ordinal));
    }

    [Fact]
    public void Emulator_HubsAndGroups_AreThoseOfTheSample()
    {
        var hubs = s_emulator.GetProperty("Entities").EnumerateArray().ToDictionary(
            hub => hub.GetProperty("Name").GetString()!,
            hub => hub.GetProperty("ConsumerGroups").EnumerateArray().Select(group => group.GetProperty("Name").GetString()!).ToList());
        var used = s_values.Where(value => HubSetting().IsMatch(value.Key)).Select(value => value.Value);

        Assert.Equal(used.Order(StringComparer.Ordinal), hubs.Keys.Order(StringComparer.Ordinal));
        Assert.All(hubs.Values, groups => Assert.Superset(new HashSet<string> { s_values["PipelineConsumerGroup"], s_values["PipelineReplayGroup"] }, groups.ToHashSet()));
        // What the emulator takes at most.
        Assert.InRange(hubs.Count, 1, 10);
        Assert.All(s_emulator.GetProperty("Entities").EnumerateArray(), hub => Assert.InRange(int.Parse(hub.GetProperty("PartitionCount").GetString()!, System.Globalization.CultureInfo.InvariantCulture), 1, 32));
    }

    [Fact]
    public void Compose_Services_AreAzuriteAndTheEmulatorWithItsConfiguration()
    {
        var yaml = new YamlStream();
        yaml.Load(new StringReader(Repository.Read("samples/local/compose.yaml")));
        var services = (YamlMappingNode)((YamlMappingNode)yaml.Documents[0].RootNode).Children["services"];

        Assert.Equal(["azurite", "eventhubs"], services.Children.Keys.Select(key => ((YamlScalarNode)key).Value).Order(StringComparer.Ordinal));
        var text = Repository.Read("samples/local/compose.yaml");
        Assert.Contains("./eventhubs.json:", text, StringComparison.Ordinal);
        // Nobody outside this machine reaches them: their keys are public knowledge.
        var ports = services.Children.Values.SelectMany(service => ((YamlSequenceNode)((YamlMappingNode)service).Children["ports"]).Children).Select(port => ((YamlScalarNode)port).Value!).ToList();
        Assert.All(ports, port => Assert.StartsWith("127.0.0.1:", port, StringComparison.Ordinal));
        Assert.Contains(ports, port => port.EndsWith(":5672", StringComparison.Ordinal));
    }

    [GeneratedRegex("%(?<name>[^%]+)%")]
    private static partial Regex Reference();

    [GeneratedRegex("^Pipeline(Hub[1-4]|ShuffleHub)$")]
    private static partial Regex HubSetting();
}
