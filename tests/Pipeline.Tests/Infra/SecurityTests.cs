using System.Text.Json;
using System.Text.RegularExpressions;

namespace Pipeline.Tests.Infra;

/// <summary>No keys, nothing public that need not be, and no role wider than its use.</summary>
public partial class SecurityTests
{
    private const string BlobDataContributor = "ba92f5b4-2d11-453d-a403-e96b0029c9fe";
    private const string BlobDataOwner = "b7e6dc6d-f1e8-4753-8033-0f276bb0955b";
    private const string DurableTaskDataContributor = "0ad04412-c4d5-4796-b79c-f76d14c8d402";
    private const string EventHubsDataReceiver = "a638d3c7-ab3a-418d-83e6-5f17a39d4fde";
    private const string EventHubsDataSender = "2b629674-e913-4c01-ae53-ef4638d8f975";
    private const string MetricsPublisher = "3913510d-42f4-4e42-8a64-420c390055eb";
    private const string QueueDataContributor = "974c5e8b-45b9-4653-ba55-5f855dd0fb88";
    private const string TableDataContributor = "0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3";

    // What of a service is reached by its own private endpoint, and the zone in which it is found there.
    private static readonly Dictionary<string, (string Group, string Zone)[]> PrivateParts = new(StringComparer.OrdinalIgnoreCase)
    {
        ["sthost"] = [("blob", "privatelink.blob.core.windows.net"), ("queue", "privatelink.queue.core.windows.net"), ("table", "privatelink.table.core.windows.net")],
        ["stdata"] = [("blob", "privatelink.blob.core.windows.net"), ("queue", "privatelink.queue.core.windows.net")],
        ["evhns-"] = [("namespace", "privatelink.servicebus.windows.net")],
        ["dts-"] = [("scheduler", "privatelink.durabletask.io")],
        ["func-"] = [("sites", "privatelink.azurewebsites.net")],
        ["ampls-"] = [("azuremonitor", "privatelink.monitor.azure.com")],
    };

    [SkippableTheory]
    [MemberData(nameof(Scenario.Names), MemberType = typeof(Scenario))]
    public void Services_Always_TakeNoKeysAndNoOldTls(string scenario)
    {
        var deployment = Deployment.OfScenario(scenario);

        Assert.Equal(2, deployment.Of("Microsoft.Storage/storageAccounts").Count());
        Assert.All(deployment.Of("Microsoft.Storage/storageAccounts"), account =>
        {
            Assert.False(account.Flag("allowSharedKeyAccess"));
            Assert.False(account.Flag("allowBlobPublicAccess"));
            Assert.True(account.Flag("supportsHttpsTrafficOnly"));
            Assert.Equal("TLS1_2", account.Text("minimumTlsVersion"));
        });
        Assert.All(deployment.Of("Microsoft.Storage/storageAccounts/blobServices/containers"), container => Assert.Equal("None", container.Text("publicAccess")));
        var hubs = deployment.One("Microsoft.EventHub/namespaces");
        Assert.True(hubs.Flag("disableLocalAuth"));
        Assert.Equal("1.2", hubs.Text("minimumTlsVersion"));
        Assert.True(deployment.One("Microsoft.OperationalInsights/workspaces").Flag("features.disableLocalAuth"));
        Assert.True(deployment.One("Microsoft.Insights/components").Flag("DisableLocalAuth"));
        var app = deployment.One("Microsoft.Web/sites");
        Assert.True(app.Flag("httpsOnly"));
        Assert.Equal("1.2", app.Text("siteConfig.minTlsVersion"));
        Assert.Equal(2, deployment.Of("Microsoft.Web/sites/basicPublishingCredentialsPolicies").Count(policy => !policy.Flag("allow")));
    }

    [SkippableTheory]
    [MemberData(nameof(Scenario.Names), MemberType = typeof(Scenario))]
    public void Data_Always_CanBeHadBackForAWhile(string scenario)
    {
        var deployment = Deployment.OfScenario(scenario);
        var blobs = deployment.Of("Microsoft.Storage/storageAccounts/blobServices").Single(service => service.Name == $"{deployment.DataStorage.Name}/default");

        Assert.True(blobs.Flag("isVersioningEnabled"));
        Assert.True(blobs.Flag("deleteRetentionPolicy.enabled"));
        Assert.True(blobs.Flag("containerDeleteRetentionPolicy.enabled"));
        var rules = deployment.One("Microsoft.Storage/storageAccounts/managementPolicies").Find("policy.rules").EnumerateArray().ToList();
        var deletes = rules.Where(rule => rule.GetProperty("definition").GetProperty("actions").TryGetProperty("baseBlob", out _)).ToList();
        // What is temporary goes by itself; a rule without a prefix would take the data.
        Assert.All(deletes, rule => Assert.NotEmpty(rule.GetProperty("definition").GetProperty("filters").GetProperty("prefixMatch").EnumerateArray()));
        Assert.Contains(deletes.SelectMany(rule => rule.GetProperty("definition").GetProperty("filters").GetProperty("prefixMatch").EnumerateArray()), prefix => prefix.GetString() == "jobs/receipts/");
    }

    [SkippableTheory]
    [InlineData("private")]
    [InlineData("private-scheduler")]
    public void VirtualNetwork_EveryService_IsReachedThereAlone(string scenario)
    {
        var deployment = Deployment.OfScenario(scenario);
        var services = deployment.Resources.Where(resource => resource.Type is "Microsoft.Storage/storageAccounts" or "Microsoft.EventHub/namespaces" or "Microsoft.DurableTask/schedulers" or "Microsoft.Web/sites").ToList();
        var scope = deployment.One("Microsoft.Insights/privateLinkScopes");

        Assert.All(services, service => Assert.Equal("Disabled", service.Text("publicNetworkAccess")));
        Assert.All(deployment.Of("Microsoft.Storage/storageAccounts"), account => Assert.Equal("Deny", account.Text("networkAcls.defaultAction")));
        Assert.Equal("Disabled", deployment.One("Microsoft.EventHub/namespaces/networkRuleSets").Text("publicNetworkAccess"));
        foreach (var telemetry in new[] { deployment.One("Microsoft.OperationalInsights/workspaces"), deployment.One("Microsoft.Insights/components") })
        {
            Assert.Equal("Disabled", telemetry.Text("publicNetworkAccessForIngestion"));
            Assert.Equal("Disabled", telemetry.Text("publicNetworkAccessForQuery"));
            Assert.Contains(deployment.Of("Microsoft.Insights/privateLinkScopes/scopedResources"), scoped => scoped.Text("linkedResourceId") == telemetry.Id);
        }

        foreach (var service in services.Append(scope))
        {
            foreach (var (group, zone) in PrivateParts.Single(parts => service.Name.StartsWith(parts.Key, StringComparison.Ordinal)).Value)
            {
                AssertEndpoint(deployment, service, group, zone);
            }
        }

        AssertSubnet(deployment);
    }

    [SkippableTheory]
    [MemberData(nameof(Scenario.Names), MemberType = typeof(Scenario))]
    public void Resources_NoneOtherThanKnown_CouldBePublic(string scenario)
    {
        var deployment = Deployment.OfScenario(scenario);
        var isPrivate = deployment.Of("Microsoft.Network/virtualNetworks").Any();

        // Whatever has such a switch, now or later, stands as the scenario says.
        foreach (var resource in deployment.Resources.Where(resource => resource.Has("publicNetworkAccess")))
        {
            Assert.Equal((resource.ToString(), isPrivate ? "Disabled" : "Enabled"), (resource.ToString(), resource.Text("publicNetworkAccess")));
        }

        Assert.Empty(deployment.Of("Microsoft.Network/publicIPAddresses"));
    }

    [SkippableTheory]
    [MemberData(nameof(Scenario.Names), MemberType = typeof(Scenario))]
    public void Roles_OfTheApp_AreThoseThatItsSettingsNeed(string scenario)
    {
        var deployment = Deployment.OfScenario(scenario);

        Assert.Equal(Set(BlobDataOwner, QueueDataContributor, TableDataContributor), deployment.RolesOn(deployment.HostStorage.Id));
        Assert.Equal(Set(BlobDataOwner, QueueDataContributor), deployment.RolesOn(deployment.DataStorage.Id));
        Assert.Equal(Set(MetricsPublisher), deployment.RolesOn(deployment.One("Microsoft.Insights/components").Id));
        Assert.NotEmpty(deployment.Hubs);
        Assert.All(deployment.Of("Microsoft.EventHub/namespaces/eventhubs"), hub => Assert.Equal(Set(EventHubsDataReceiver, EventHubsDataSender), deployment.RolesOn(hub.Id)));
        Assert.Empty(deployment.RolesOn(deployment.One("Microsoft.EventHub/namespaces").Id));
        Assert.Equal(
            scenario.Contains("scheduler", StringComparison.Ordinal) ? [DurableTaskDataContributor] : [],
            deployment.Of("Microsoft.DurableTask/schedulers/taskHubs").SelectMany(hub => deployment.RolesOn(hub.Id)));
    }

    [SkippableTheory]
    [MemberData(nameof(Scenario.Names), MemberType = typeof(Scenario))]
    public void Roles_All_AreBuiltInAndOnOneResource(string scenario)
    {
        var deployment = Deployment.OfScenario(scenario);
        string[] known = [BlobDataContributor, BlobDataOwner, DurableTaskDataContributor, EventHubsDataReceiver, EventHubsDataSender, MetricsPublisher, QueueDataContributor, TableDataContributor];

        Assert.All(deployment.Of("Microsoft.Authorization/roleAssignments"), role =>
        {
            Assert.Contains(role.Text("roleDefinitionId").Split('/')[^1], known);
            Assert.Equal("ServicePrincipal", role.Text("principalType"));
            // /subscriptions/S/resourceGroups/G/providers/… : never the group or the subscription.
            Assert.Matches("^/subscriptions/[^/]+/resourceGroups/[^/]+/providers/(?!Microsoft.Authorization)", role.Id);
        });
        // Event Grid's own: one container, and, in a private network, one hub.
        var ofEventGrid = deployment.Of("Microsoft.Authorization/roleAssignments").Where(role => role.Text("principalId").Contains("systemTopics", StringComparison.Ordinal)).ToList();
        Assert.Contains(ofEventGrid, role => role.Id.Contains("/containers/undelivered-events/", StringComparison.Ordinal));
        Assert.Equal(deployment.Settings.ContainsKey("PipelineUploadHub") ? 2 : 1, ofEventGrid.Count);
    }

    [SkippableTheory]
    [MemberData(nameof(Scenario.Names), MemberType = typeof(Scenario))]
    public void Settings_All_AreNoSecrets(string scenario)
    {
        var deployment = Deployment.OfScenario(scenario);

        // The connection string of Application Insights names it, and lets nobody in: its key is switched off.
        Assert.All(deployment.Settings.Where(setting => setting.Key != Telemetry.ConnectionSetting), setting => Assert.DoesNotMatch(Secret(), setting.Value));
        Assert.Contains(deployment.Settings, setting => setting is { Key: "AzureWebJobsStorage__credential", Value: "managedidentity" });
        Assert.DoesNotContain(deployment.Settings, setting => setting.Key is "AzureWebJobsStorage" or "PipelineStorage" or "EventHubsConnection" or "WEBSITE_CONTENTAZUREFILECONNECTIONSTRING");
    }

    [SkippableTheory]
    [MemberData(nameof(Scenario.Names), MemberType = typeof(Scenario))]
    public void Outputs_All_AreNamesAndAddresses(string scenario)
    {
        Assert.All(Deployment.OfScenario(scenario).Outputs.EnumerateObject(), output =>
        {
            Assert.Matches("^(AZURE|PIPELINE)_[A-Z_]+$", output.Name);
            Assert.DoesNotMatch(Secret(), output.Value.GetString()!);
        });
    }

    [SkippableFact]
    public void Outputs_OfEveryModule_AskForNoKeys()
    {
        var faults = new List<string>();
        Visit(Deployment.Template, "main");

        Assert.Empty(faults);

        void Visit(JsonElement template, string name)
        {
            if (template.TryGetProperty("outputs", out var outputs))
            {
                faults.AddRange(outputs.EnumerateObject().Where(output => Secret().IsMatch(output.Value.GetRawText())).Select(output => $"{name}: {output.Name}"));
            }

            var resources = template.GetProperty("resources");
            var all = resources.ValueKind == JsonValueKind.Array ? resources.EnumerateArray() : resources.EnumerateObject().Select(resource => resource.Value);
            foreach (var module in all.Where(resource => resource.GetProperty("type").GetString() == "Microsoft.Resources/deployments"))
            {
                Visit(module.GetProperty("properties").GetProperty("template"), $"{name}/{module.GetProperty("name").GetString()}");
            }
        }
    }

    private static void AssertEndpoint(Deployment deployment, Resource service, string group, string zone)
    {
        var endpoint = Assert.Single(deployment.Of("Microsoft.Network/privateEndpoints"), endpoint => endpoint.Find("privateLinkServiceConnections").EnumerateArray().Any(connection =>
            connection.GetProperty("properties").GetProperty("privateLinkServiceId").GetString() == service.Id
            && connection.GetProperty("properties").GetProperty("groupIds").EnumerateArray().Any(id => id.GetString() == group)));
        Assert.EndsWith("/subnets/endpoints", endpoint.Text("subnet.id"), StringComparison.Ordinal);
        var names = Assert.Single(deployment.Of("Microsoft.Network/privateEndpoints/privateDnsZoneGroups"), names => names.Name == $"{endpoint.Name}/default");
        Assert.Contains(names.Find("privateDnsZoneConfigs").EnumerateArray(), config =>
            config.GetProperty("properties").GetProperty("privateDnsZoneId").GetString()!.EndsWith($"/privateDnsZones/{zone}", StringComparison.Ordinal));
        Assert.Contains(deployment.Of("Microsoft.Network/privateDnsZones"), found => found.Name == zone);
        Assert.Contains(deployment.Of("Microsoft.Network/privateDnsZones/virtualNetworkLinks"), link => link.Name.StartsWith($"{zone}/", StringComparison.Ordinal));
    }

    private static void AssertSubnet(Deployment deployment)
    {
        var app = deployment.One("Microsoft.Network/virtualNetworks").Find("subnets").EnumerateArray().Single(subnet => subnet.GetProperty("name").GetString() == "app");
        Assert.Equal("Microsoft.App/environments", app.GetProperty("properties").GetProperty("delegations")[0].GetProperty("properties").GetProperty("serviceName").GetString());
        Assert.EndsWith("/subnets/app", deployment.One("Microsoft.Web/sites").Text("virtualNetworkSubnetId"), StringComparison.Ordinal);
    }

    private static HashSet<string> Set(params string[] roles) => new(roles, StringComparer.OrdinalIgnoreCase);

    [GeneratedRegex("listKeys|listAccountSas|systemKeys|functionKeys|AccountKey=|SharedAccessKey=|connectionString|InstrumentationKey|password", RegexOptions.IgnoreCase)]
    private static partial Regex Secret();
}
