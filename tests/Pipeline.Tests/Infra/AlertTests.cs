using System.Diagnostics.Metrics;
using System.Text.RegularExpressions;
using Pipeline.Tests.Architecture;

namespace Pipeline.Tests.Infra;

/// <summary>Alerts look at figures that the app really sends, and somebody who is woken finds what to do.</summary>
public partial class AlertTests
{
    [SkippableTheory]
    [MemberData(nameof(Scenario.Names), MemberType = typeof(Scenario))]
    public void Rule_EveryOne_HasARunbook(string scenario)
    {
        var runbooks = Repository.Read("infra/RUNBOOKS.md").ReplaceLineEndings("\n");
        var rules = Rules(Deployment.OfScenario(scenario)).ToList();

        Assert.Superset(new HashSet<string> { "failed-jobs", "dead-lettered-events", "stream-lag", "stuck-orchestrations" }, rules.Select(rule => rule.Name).ToHashSet());
        foreach (var rule in rules)
        {
            Assert.EndsWith($"infra/RUNBOOKS.md, section {rule.Name}.", rule.Text("description"), StringComparison.Ordinal);
            Assert.Contains($"\n## {rule.Name}\n", runbooks, StringComparison.Ordinal);
            Assert.True(rule.Flag("enabled"));
            Assert.Contains("actionGroups", rule.Find("actions").GetRawText(), StringComparison.OrdinalIgnoreCase);
        }

        var sections = Section().Matches(runbooks).Select(match => match.Groups["name"].Value);
        Assert.Equal(rules.Select(rule => rule.Name).Order(StringComparer.Ordinal), sections.Order(StringComparer.Ordinal));
    }

    [SkippableFact]
    public void Query_EveryOne_NamesAFigureThatTheAppHas()
    {
        var figures = Figures();
        var queried = Deployment.OfScenario("public").Of("Microsoft.Insights/scheduledQueryRules")
            .Select(rule => (Rule: rule.Name, Figure: Figure().Match(rule.Find("criteria.allOf")[0].GetProperty("query").GetString()!).Groups["name"].Value)).ToList();

        Assert.All(queried, query => Assert.Contains(query.Figure, figures));
        Assert.Equal(figures.Order(StringComparer.Ordinal), queried.Select(query => query.Figure).Distinct().Order(StringComparer.Ordinal));
    }

    [SkippableFact]
    public void Operators_WithAnAddress_AreTold()
    {
        Assert.Contains("operators@example.com", Deployment.OfScenario("private").One("Microsoft.Insights/actionGroups").Properties.GetRawText(), StringComparison.Ordinal);
        Assert.Empty(Deployment.OfScenario("public").One("Microsoft.Insights/actionGroups").Find("emailReceivers").EnumerateArray());
    }

    [SkippableTheory]
    [MemberData(nameof(Scenario.Names), MemberType = typeof(Scenario))]
    public void Diagnostics_EveryService_GoToTheWorkspace(string scenario)
    {
        var deployment = Deployment.OfScenario(scenario);
        var workspace = deployment.One("Microsoft.OperationalInsights/workspaces").Id;
        string[] told = ["Microsoft.Storage/storageAccounts", "Microsoft.EventHub/namespaces", "Microsoft.Web/sites", "Microsoft.EventGrid/systemTopics"];

        foreach (var service in deployment.Resources.Where(resource => told.Contains(resource.Type)))
        {
            Assert.Contains(deployment.Of("Microsoft.Insights/diagnosticSettings"), setting =>
                setting.Id.StartsWith($"{service.Id}/", StringComparison.OrdinalIgnoreCase) && setting.Text("workspaceId") == workspace);
        }
    }

    private static IEnumerable<Resource> Rules(Deployment deployment) =>
        deployment.Of("Microsoft.Insights/scheduledQueryRules").Concat(deployment.Of("Microsoft.Insights/metricAlerts"));

    private static List<string> Figures() =>
        [.. typeof(PipelineMeter).GetProperties().Select(property => property.GetValue(null)).OfType<Instrument>().Select(instrument => instrument.Name)];

    [GeneratedRegex("Name == '(?<name>[a-z._]+)'")]
    private static partial Regex Figure();

    [GeneratedRegex("^## (?<name>[a-z-]+)$", RegexOptions.Multiline)]
    private static partial Regex Section();
}
