using Pipeline.Tests.Architecture;

namespace Pipeline.Tests.Infra;

/// <summary>The templates compile, and the linter has nothing to say of them.</summary>
public class BicepTests
{
    [SkippableFact]
    public void Lint_EveryFile_HasNothingToSay()
    {
        var (exit, output, complaints) = Bicep.Run(Repository.Root, "lint", "--pattern", "infra/**/*.bicep");

        Assert.All(Repository.Files(".bicep"), file => Assert.StartsWith("infra/", file, StringComparison.Ordinal));
        Assert.Equal("", (output + complaints).Trim());
        Assert.Equal(0, exit);
    }

    [SkippableFact]
    public void Lint_FileWithAFault_IsHeard()
    {
        var folder = Directory.CreateDirectory(Path.Combine(AppContext.BaseDirectory, $"infra-lint-{Guid.NewGuid():n}"));
        try
        {
            Directory.CreateDirectory(Path.Combine(folder.FullName, "infra", "modules"));
            File.WriteAllText(Path.Combine(folder.FullName, "infra", "main.bicep"), "output region string = 'westeurope'\n");
            File.WriteAllText(Path.Combine(folder.FullName, "infra", "modules", "faulty.bicep"), "param nobodyUsesThis string\n");
            File.Copy(Path.Combine(Repository.Root, "infra", "bicepconfig.json"), Path.Combine(folder.FullName, "infra", "bicepconfig.json"));

            var (exit, output, complaints) = Bicep.Run(folder.FullName, "lint", "--pattern", "infra/**/*.bicep");

            Assert.NotEqual(0, exit);
            Assert.Contains("no-unused-params", output + complaints, StringComparison.Ordinal);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [SkippableTheory]
    [MemberData(nameof(Scenario.Names), MemberType = typeof(Scenario))]
    public void Deployment_EveryScenario_IsForeseenWhole(string scenario) => Assert.Empty(Deployment.OfScenario(scenario).Complaints);

    [SkippableFact]
    public void Parameters_MainTemplate_HasOneValueEach()
    {
        var declared = Deployment.Template.GetProperty("parameters").EnumerateObject().Select(parameter => parameter.Name);

        Assert.Equal(declared.Order(StringComparer.Ordinal), Scenario.All[0].Parameters().Keys.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Modules_EveryOne_UsesNativeResourcesOnly() => Assert.DoesNotContain(
        Repository.Files(".bicep").Select(Repository.Read), text => text.Contains("'br:", StringComparison.Ordinal) || text.Contains("'br/", StringComparison.Ordinal) || text.Contains("'ts:", StringComparison.Ordinal));

    [SkippableTheory]
    [MemberData(nameof(Scenario.Names), MemberType = typeof(Scenario))]
    public void Names_EveryResource_HasAzdsPrefixesAndTags(string scenario)
    {
        var deployment = Deployment.OfScenario(scenario);

        Assert.Equal("rg-test", deployment.One("Microsoft.Resources/resourceGroups").Name);
        Assert.StartsWith("func-", deployment.One("Microsoft.Web/sites").Name, StringComparison.Ordinal);
        Assert.Equal("pipeline", deployment.One("Microsoft.Web/sites").Json.GetProperty("tags").GetProperty("azd-service-name").GetString());
        Assert.All(
            deployment.Resources.Where(resource => resource.Json.TryGetProperty("tags", out _)),
            resource => Assert.Equal("test", resource.Json.GetProperty("tags").GetProperty("azd-env-name").GetString()));
        Assert.All(
            deployment.Resources.Where(resource => resource.Json.TryGetProperty("location", out _)),
            resource => Assert.Contains(resource.Json.GetProperty("location").GetString(), new[] { "westeurope", "global" }));
        Assert.All(deployment.Of("Microsoft.Storage/storageAccounts"), account => Assert.Matches("^[a-z0-9]{3,24}$", account.Name));
    }
}
