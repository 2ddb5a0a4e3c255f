using System.Reflection;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Azure.Functions.Worker;
using Pipeline.Jobs;
using Pipeline.Storage;
using Pipeline.Tests.Architecture;

namespace Pipeline.Tests.Infra;

/// <summary>What the app reads, listens to and writes is there in every deployment: found in its code, and not in a list that grows old.</summary>
public partial class SettingsTests
{
    // What the platform itself sets.
    private static readonly string[] ByThePlatform = ["WEBSITE_AUTH_ENABLED", "WEBSITE_INSTANCE_ID", "WEBSITE_SITE_NAME"];

    [Fact]
    public void Code_SettingsAndContainers_AreFound()
    {
        Assert.Superset(new HashSet<string> { "PipelineHub", "PipelineReplayGroup", "PipelineStorage", "AzureWebJobsStorage", "EventHubsConnection", "PipelineStuckAfter" }, AppCode.Settings.ToHashSet());
        Assert.Superset(new HashSet<string> { "datasets", "jobs", "results", "models", "streams", "stream-state", "quarantine", "stream-alerts", "stream-orders", "grid" }, AppCode.Containers.ToHashSet());
        Assert.All(AppCode.Containers, container => Assert.Matches("^[a-z][a-z0-9-]{2,62}$", container));
    }

    [Fact]
    public void Code_EverySettingThatItAsksFor_IsNamedLikeOne()
    {
        // The platform's own, and what the embedded host alone sets.
        string[] others = ["REGION_NAME", "Pipeline:StoreRoot"];

        Assert.Contains("PipelineShuffleHub", AppCode.Asked);
        Assert.All(AppCode.Asked.Except(others), name => Assert.True(AppCode.IsSetting(name), $"'{name}' is read from the configuration; begin its name with Pipeline, so that the tests of the templates see it."));
    }

    [SkippableTheory]
    [MemberData(nameof(Scenario.Names), MemberType = typeof(Scenario))]
    public void Setting_ThatTheCodeReads_IsDeployedOrDocumentedAsOptional(string scenario)
    {
        var deployed = Deployment.OfScenario(scenario).Settings.Keys;
        var guides = string.Concat(Repository.Files(".md").Select(Repository.Read));

        var missing = AppCode.Settings.Except(ByThePlatform).Where(setting =>
            !deployed.Any(name => name == setting || name.StartsWith($"{setting}__", StringComparison.Ordinal) || (name.StartsWith(setting, StringComparison.Ordinal) && char.IsDigit(name[setting.Length])))
            && !guides.Contains($"`{setting}", StringComparison.Ordinal)).ToList();

        Assert.True(missing.Count == 0, $"The code reads {string.Join(", ", missing)}: give it a value in infra/modules/function-app.bicep, or describe it in the guide of its part.");
    }

    [SkippableTheory]
    [MemberData(nameof(Scenario.Names), MemberType = typeof(Scenario))]
    public void Container_ThatTheCodeNames_IsInTheAccountWhereTheCodeLooks(string scenario)
    {
        var deployment = Deployment.OfScenario(scenario);
        var containers = deployment.Of("Microsoft.Storage/storageAccounts/blobServices/containers").Select(container => container.Name).ToHashSet(StringComparer.Ordinal);
        var ofTriggers = AppFunction.All.Select(function => function.Trigger).OfType<BlobTriggerAttribute>().Select(trigger => trigger.BlobPath.Split('/')[0]);

        foreach (var container in AppCode.Containers.Union(ofTriggers))
        {
            var account = TwoAccountObjectStore.WorkingContainers.Contains(container) ? deployment.HostStorage : deployment.DataStorage;
            Assert.True(containers.Contains($"{account.Name}/default/{container}"), $"The app uses the container '{container}': add it to main.bicep, for the account {account.Name}.");
        }
    }

    [Fact]
    public void WorkingContainers_All_AreNamedByTheCode() => Assert.Superset(TwoAccountObjectStore.WorkingContainers.ToHashSet(), AppCode.Containers.ToHashSet());

    [SkippableTheory]
    [MemberData(nameof(Scenario.Names), MemberType = typeof(Scenario))]
    public void Function_ThatIsOn_HasEverythingThatItsAttributesName(string scenario)
    {
        var deployment = Deployment.OfScenario(scenario);
        foreach (var function in AppFunction.All.Where(function => !IsOff(deployment, function.Name)))
        {
            foreach (var setting in References(function))
            {
                Assert.True(deployment.Settings.ContainsKey(setting), $"{function.Name} needs the setting {setting}, or to be switched off by AzureWebJobs.{function.Name}.Disabled.");
            }

            if (function.Connection is { } connection)
            {
                Assert.Contains(deployment.Settings.Keys, name => name.StartsWith($"{connection}__", StringComparison.Ordinal));
                Assert.Equal("managedidentity", deployment.Settings[$"{connection}__credential"]);
                Assert.Contains($"{connection}__clientId", deployment.Settings.Keys);
            }
        }
    }

    [SkippableTheory]
    [MemberData(nameof(Scenario.Names), MemberType = typeof(Scenario))]
    public void Hub_ThatAFunctionUses_IsThereWithBothConsumerGroups(string scenario)
    {
        var deployment = Deployment.OfScenario(scenario);
        var groups = deployment.Of("Microsoft.EventHub/namespaces/eventhubs/consumergroups").Select(group => group.Name).ToHashSet(StringComparer.Ordinal);
        var used = AppFunction.All.Where(function => !IsOff(deployment, function.Name))
            .SelectMany(function => function.Method.GetCustomAttributes<EventHubOutputAttribute>().Select(output => output.EventHubName)
                .Concat(function.Trigger is EventHubTriggerAttribute trigger ? [trigger.EventHubName] : []))
            .Select(name => Resolve(deployment, name)).ToList();

        foreach (var hub in used)
        {
            Assert.Contains(hub, deployment.Hubs);
            var account = deployment.One("Microsoft.EventHub/namespaces").Name;
            Assert.Contains($"{account}/{hub}/{deployment.Settings["PipelineConsumerGroup"]}", groups);
            Assert.Contains($"{account}/{hub}/{deployment.Settings["PipelineReplayGroup"]}", groups);
        }

        Assert.Equal(scenario == "no-streams", used.Count == 0);
    }

    [SkippableTheory]
    [MemberData(nameof(Scenario.Names), MemberType = typeof(Scenario))]
    public void SwitchedOff_EveryName_IsAFunctionOfTheApp(string scenario)
    {
        var off = Deployment.OfScenario(scenario).Settings.Keys.Select(name => Disabled().Match(name)).Where(match => match.Success).Select(match => match.Groups["name"].Value);

        Assert.All(off, name => Assert.Contains(AppFunction.All, function => function.Name == name));
    }

    [SkippableTheory]
    [MemberData(nameof(Scenario.Names), MemberType = typeof(Scenario))]
    public void Uploads_InEveryScenario_ReachTheAppInOneWay(string scenario)
    {
        var deployment = Deployment.OfScenario(scenario);
        var triggers = AppFunction.All.Where(function => function.Trigger is BlobTriggerAttribute).ToList();
        var isPrivate = deployment.Of("Microsoft.Network/virtualNetworks").Any();

        // Event Grid calls no webhook in a private network, and sends to no hub outside one.
        Assert.All(triggers, function => Assert.Equal(isPrivate, IsOff(deployment, function.Name)));
        Assert.Equal(!isPrivate, IsOff(deployment, nameof(BlobUploads)));
        Assert.Equal(isPrivate ? "hub" : "webhook", deployment.Outputs.GetProperty("PIPELINE_UPLOADS_BY").GetString());
        var subscriptions = deployment.Of("Microsoft.EventGrid/systemTopics/eventSubscriptions").ToList();
        if (!isPrivate)
        {
            Assert.Empty(subscriptions);
            return;
        }

        var filters = Assert.Single(subscriptions).Find("filter.advancedFilters")[0].GetProperty("values").EnumerateArray().Select(value => value.GetString());
        Assert.Equal(triggers.Select(function => Subject((BlobTriggerAttribute)function.Trigger)).Order(StringComparer.Ordinal), filters.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void BlobTriggers_All_AreInTheListThatEventGridIsSetUpFrom()
    {
        using var listed = JsonDocument.Parse(Repository.Read("infra/blob-triggers.json"));
        var functions = AppFunction.All.Where(function => function.Trigger is BlobTriggerAttribute).ToList();

        Assert.Equal(
            functions.Select(function => (function.Name, Subject((BlobTriggerAttribute)function.Trigger))),
            listed.RootElement.EnumerateArray().Select(entry => (
                entry.GetProperty("function").GetString()!,
                $"/blobServices/default/containers/{entry.GetProperty("container").GetString()}/blobs/{entry.GetProperty("prefix").GetString()}")).OrderBy(entry => entry.Item1, StringComparer.Ordinal));
        // On this plan nothing looks for new blobs.
        Assert.All(functions, function => Assert.Equal(BlobTriggerSource.EventGrid, ((BlobTriggerAttribute)function.Trigger).Source));
        Assert.All(functions, function => Assert.Equal(ObjectStoreFactory.DataAccount, function.Connection));
    }

    [SkippableFact]
    public void FlexPlan_SettingsOfOtherPlans_AreAbsent()
    {
        // This plan refuses them: functionAppConfig says the same.
        string[] refused = ["FUNCTIONS_WORKER_RUNTIME", "FUNCTIONS_EXTENSION_VERSION", "WEBSITE_RUN_FROM_PACKAGE", "WEBSITE_CONTENTSHARE", "SCM_DO_BUILD_DURING_DEPLOYMENT"];

        Assert.Empty(Deployment.OfScenario("public").Settings.Keys.Intersect(refused));
    }

    private static string Subject(BlobTriggerAttribute trigger)
    {
        var (container, path) = (trigger.BlobPath.Split('/')[0], string.Join('/', trigger.BlobPath.Split('/').Skip(1)));
        return $"/blobServices/default/containers/{container}/blobs/{path[..path.IndexOf('{', StringComparison.Ordinal)]}";
    }

    private static bool IsOff(Deployment deployment, string function) => deployment.Settings.TryGetValue($"AzureWebJobs.{function}.Disabled", out var value) && value == "true";

    private static IEnumerable<string> References(AppFunction function)
    {
        string?[] texts = function.Trigger switch
        {
            EventHubTriggerAttribute trigger => [trigger.EventHubName, trigger.ConsumerGroup],
            BlobTriggerAttribute trigger => [trigger.BlobPath],
            TimerTriggerAttribute trigger => [trigger.Schedule],
            _ => [],
        };
        return texts.OfType<string>().Concat(function.Method.GetCustomAttributes<EventHubOutputAttribute>().Select(output => output.EventHubName))
            .SelectMany(text => Reference().Matches(text)).Select(match => match.Groups["name"].Value);
    }

    private static string Resolve(Deployment deployment, string text) => Reference().Replace(text, match => deployment.Settings[match.Groups["name"].Value]);

    [GeneratedRegex("%(?<name>[^%]+)%")]
    private static partial Regex Reference();

    [GeneratedRegex(@"^AzureWebJobs\.(?<name>\w+)\.Disabled$")]
    private static partial Regex Disabled();
}
