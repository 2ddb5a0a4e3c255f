using System.Globalization;
using System.Text.Json;
using Pipeline.Batch;
using Pipeline.Jobs;
using Pipeline.Tests.Architecture;
using Pipeline.Tests.Hosting;

namespace Pipeline.Tests.Infra;

/// <summary>host.json fits the functions, the plan, and the embedded host that reads the same file.</summary>
public class HostJsonTests
{
    private static readonly Dictionary<string, string> SectionOf = new(StringComparer.Ordinal)
    {
        ["HTTP"] = "http",
        ["orchestrators"] = "durableTask",
        ["activities"] = "durableTask",
        ["entities"] = "durableTask",
        ["event hubs"] = "eventHubs",
        ["blobs"] = "blobs",
    };

    private static JsonElement Host { get; } = JsonDocument.Parse(Repository.Read("host.json")).RootElement;

    private static JsonElement Durable => Host.GetProperty("extensions").GetProperty("durableTask");

    [Fact]
    public void Extensions_KindsOfTriggers_AreThoseOfTheFunctions() => Assert.Equal(
        AppFunction.All.Select(function => SectionOf.GetValueOrDefault(function.Kind)).OfType<string>().Distinct().Order(StringComparer.Ordinal),
        Host.GetProperty("extensions").EnumerateObject().Select(extension => extension.Name).Order(StringComparer.Ordinal));

    [Fact]
    public void Routes_EveryFunction_AreWrittenWhole()
    {
        Assert.Equal("", Host.GetProperty("extensions").GetProperty("http").GetProperty("routePrefix").GetString());
        Assert.All(AppFunction.All.Select(function => function.Trigger).OfType<Microsoft.Azure.Functions.Worker.HttpTriggerAttribute>(), trigger => Assert.NotNull(trigger.Route));
    }

    [Fact]
    public void FunctionTimeout_LongestTask_EndsBefore()
    {
        var timeout = TimeSpan.Parse(Host.GetProperty("functionTimeout").GetString()!, CultureInfo.InvariantCulture);

        Assert.True(timeout > BatchOptions.LongestTask, $"host.json ends functions after {timeout}, but a task may ask for {BatchOptions.LongestTask}.");
    }

    [Fact]
    public void Versioning_ADeployment_LeavesRunningJobsToCodeThatKnowsThem()
    {
        Assert.True(Version.TryParse(Durable.GetProperty("defaultVersion").GetString(), out _));
        Assert.Equal("CurrentOrOlder", Durable.GetProperty("versionMatchStrategy").GetString());
        // An orchestration of a later version waits, and does not fail.
        Assert.Equal("Reject", Durable.GetProperty("versionFailureStrategy").GetString());
    }

    [Fact]
    public void Partitions_OfTheTaskHub_AreWithinWhatItAllows() =>
        Assert.InRange(Durable.GetProperty("storageProvider").GetProperty("partitionCount").GetInt32(), 1, 16);

    [Fact]
    public void Telemetry_OfTheHost_IsOpenTelemetry() => Assert.Equal("OpenTelemetry", Host.GetProperty("telemetryMode").GetString());

    [Fact]
    public async Task EmbeddedHost_TheSameFile_IsUnderstood()
    {
        await using var test = await TestHost.StartAsync(typeof(PipelineApp).Assembly.GetTypes(), PipelineApp.Configure, Repository.Read("host.json"));

        Assert.Contains(test.Host.Functions, function => function.Name == nameof(JobWatch));
    }

    [SkippableTheory]
    [InlineData("public", 2048, 1)]
    [InlineData("private-scheduler", 4096, 3)]
    public void Activities_AtOnce_FollowFromTheMemoryOfAnInstance(string scenario, int memory, int activities)
    {
        var deployment = Deployment.OfScenario(scenario);

        Assert.Equal(memory, deployment.One("Microsoft.Web/sites").Find("functionAppConfig.scaleAndConcurrency.instanceMemoryMB").GetInt32());
        Assert.Equal(activities.ToString(CultureInfo.InvariantCulture), deployment.Settings["AzureFunctionsJobHost__extensions__durableTask__maxConcurrentActivityFunctions"]);
        // As much of a laptop's memory is free as there is: the number belongs to the plan and not into host.json.
        Assert.False(Durable.TryGetProperty("maxConcurrentActivityFunctions", out _));
    }

    [SkippableTheory]
    [MemberData(nameof(Scenario.Names), MemberType = typeof(Scenario))]
    public void TaskHub_OfTheScenario_IsWhereTheSettingsLook(string scenario)
    {
        var deployment = Deployment.OfScenario(scenario);
        var usesScheduler = deployment.Of("Microsoft.DurableTask/schedulers").Any();

        Assert.Equal(usesScheduler, deployment.Settings.ContainsKey("AzureFunctionsJobHost__extensions__durableTask__storageProvider__type"));
        if (usesScheduler)
        {
            var setting = deployment.Settings["AzureFunctionsJobHost__extensions__durableTask__storageProvider__connectionStringName"];
            Assert.Contains("Authentication=ManagedIdentity", deployment.Settings[setting], StringComparison.Ordinal);
            Assert.EndsWith($"/{Durable.GetProperty("hubName").GetString()}", deployment.One("Microsoft.DurableTask/schedulers/taskHubs").Name, StringComparison.Ordinal);
        }
        else
        {
            Assert.Equal("AzureWebJobsStorage", Durable.GetProperty("storageProvider").GetProperty("connectionName").GetString());
        }
    }

    [SkippableFact]
    public void FlexPlan_AlwaysReadyAndLimits_AreThoseAskedFor()
    {
        var scale = Deployment.OfScenario("scheduler").One("Microsoft.Web/sites").Find("functionAppConfig.scaleAndConcurrency");
        var app = Deployment.OfScenario("scheduler").One("Microsoft.Web/sites");

        Assert.Equal(
            [("http", 1), ("function:StreamHub1", 2)],
            scale.GetProperty("alwaysReady").EnumerateArray().Select(entry => (entry.GetProperty("name").GetString()!, entry.GetProperty("instanceCount").GetInt32())));
        Assert.Equal(100, scale.GetProperty("maximumInstanceCount").GetInt32());
        Assert.Equal("dotnet-isolated", app.Text("functionAppConfig.runtime.name"));
        Assert.Equal("10.0", app.Text("functionAppConfig.runtime.version"));
        Assert.Equal("UserAssignedIdentity", app.Text("functionAppConfig.deployment.storage.authentication.type"));
        Assert.Equal("FC1", Deployment.OfScenario("scheduler").One("Microsoft.Web/serverfarms").Json.GetProperty("sku").GetProperty("name").GetString());
    }

    [SkippableTheory]
    [InlineData("public", false, "Standard_LRS")]
    [InlineData("private-scheduler", true, "Standard_ZRS")]
    public void ZoneRedundancy_PlanAndAccounts_StandAlike(string scenario, bool isRedundant, string sku)
    {
        var deployment = Deployment.OfScenario(scenario);

        Assert.Equal(isRedundant, deployment.One("Microsoft.Web/serverfarms").Flag("zoneRedundant"));
        Assert.All(deployment.Of("Microsoft.Storage/storageAccounts"), account => Assert.Equal(sku, account.Json.GetProperty("sku").GetProperty("name").GetString()));
        Assert.All(deployment.Of("Microsoft.DurableTask/schedulers"), scheduler => Assert.Equal(isRedundant ? 3 : 1, scheduler.Find("sku.capacity").GetInt32()));
    }
}
