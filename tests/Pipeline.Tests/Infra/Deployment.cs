using System.Collections.Concurrent;
using System.Text.Json;
using Pipeline.Tests.Architecture;

namespace Pipeline.Tests.Infra;

/// <summary>
/// What a scenario would deploy: the compiler's own engine expands the modules, loops and conditions and evaluates every expression that
/// does not ask Azure, so that tests see values and no text of a template.
/// </summary>
internal sealed class Deployment
{
    private static readonly Lazy<JsonElement> s_template = new(Compile);
    private static readonly ConcurrentDictionary<string, Lazy<Deployment>> s_all = new(StringComparer.Ordinal);

    private Deployment(JsonElement snapshot)
    {
        Complaints = [.. snapshot.GetProperty("diagnostics").EnumerateArray().Select(text => text.GetString()!)];
        Outputs = snapshot.GetProperty("outputs");
        Resources = [.. snapshot.GetProperty("predictedResources").EnumerateArray().Select(json => new Resource(json))];
    }

    /// <summary>The compiled template.</summary>
    public static JsonElement Template => s_template.Value;

    /// <summary>What the engine could not foresee.</summary>
    public IReadOnlyList<string> Complaints { get; }

    /// <summary>What the deployment tells azd.</summary>
    public JsonElement Outputs { get; }

    /// <summary>Everything that would be there.</summary>
    public IReadOnlyList<Resource> Resources { get; }

    /// <summary>The app's settings.</summary>
    public IReadOnlyDictionary<string, string> Settings => One("Microsoft.Web/sites/config").Properties.EnumerateObject()
        .ToDictionary(setting => setting.Name, setting => setting.Value.GetString()!, StringComparer.Ordinal);

    /// <summary>The account of the host.</summary>
    public Resource HostStorage => Of("Microsoft.Storage/storageAccounts").Single(account => account.Name.StartsWith("sthost", StringComparison.Ordinal));

    /// <summary>The account of the data.</summary>
    public Resource DataStorage => Of("Microsoft.Storage/storageAccounts").Single(account => account.Name.StartsWith("stdata", StringComparison.Ordinal));

    /// <summary>The names of the hubs.</summary>
    public IReadOnlyList<string> Hubs => [.. Of("Microsoft.EventHub/namespaces/eventhubs").Select(hub => hub.Name.Split('/')[^1])];

    /// <summary>What a scenario would deploy. Skips the test where there is no compiler.</summary>
    public static Deployment Of(Scenario scenario)
    {
        Bicep.Require();
        return s_all.GetOrAdd(scenario.Name, _ => new Lazy<Deployment>(() => Foresee(scenario))).Value;
    }

    /// <summary>What the scenario of a name would deploy.</summary>
    public static Deployment OfScenario(string name) => Of(Scenario.All.Single(scenario => scenario.Name == name));

    /// <summary>The resources of a type.</summary>
    public IEnumerable<Resource> Of(string type) => Resources.Where(resource => resource.Type.Equals(type, StringComparison.OrdinalIgnoreCase));

    /// <summary>The only resource of a type.</summary>
    public Resource One(string type) => Assert.Single(Of(type));

    /// <summary>The ids of the roles that the app has on exactly this resource.</summary>
    public IReadOnlySet<string> RolesOn(string id) => Of("Microsoft.Authorization/roleAssignments")
        .Where(role => role.Id.StartsWith($"{id}/providers/Microsoft.Authorization/", StringComparison.OrdinalIgnoreCase)
            && role.Text("principalId").Contains("userAssignedIdentities", StringComparison.Ordinal))
        .Select(role => role.Text("roleDefinitionId").Split('/')[^1]).ToHashSet(StringComparer.OrdinalIgnoreCase);

    private static JsonElement Compile()
    {
        var (exit, output, complaints) = Bicep.Run(Path.Combine(Repository.Root, "infra"), "build", "main.bicep", "--stdout");
        Assert.True(exit == 0, complaints);
        return JsonDocument.Parse(output).RootElement;
    }

    private static Deployment Foresee(Scenario scenario)
    {
        // A parameter file names its template by a relative path.
        var folder = Directory.CreateDirectory(Path.Combine(AppContext.BaseDirectory, "infra-scenarios", $"{scenario.Name}-{Guid.NewGuid():n}")).FullName;
        try
        {
            var template = Path.GetRelativePath(folder, Path.Combine(Repository.Root, "infra", "main.bicep")).Replace('\\', '/');
            File.WriteAllText(Path.Combine(folder, "main.bicepparam"), scenario.ParameterFile(template, Template.GetProperty("parameters")));
            var (exit, output, complaints) = Bicep.Run(
                folder, "snapshot", "main.bicepparam", "--mode", "overwrite", "--subscription-id", Guid.Empty.ToString(), "--location", "westeurope", "--deployment-name", "test");
            Assert.True(exit == 0, $"{scenario}: {output}{complaints}");
            using var snapshot = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "main.snapshot.json")));
            return new Deployment(snapshot.RootElement.Clone());
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
