using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Pipeline.Tests.Architecture;

namespace Pipeline.Tests.Infra;

/// <summary>A way to deploy: what <c>azd env set</c> has set.</summary>
/// <param name="Name">What it is called in tests.</param>
/// <param name="Settings">The environment's variables, beside its name and location.</param>
internal sealed partial record Scenario(string Name, params (string Name, string Value)[] Settings)
{
    /// <summary>The ways that tests go.</summary>
    public static IReadOnlyList<Scenario> All { get; } =
    [
        new("public"),
        new("private", ("PIPELINE_VNET_ENABLED", "true"), ("PIPELINE_ALERT_EMAIL", "operators@example.com")),
        new("private-scheduler", ("PIPELINE_VNET_ENABLED", "true"), ("PIPELINE_DURABLE_BACKEND", "durableTaskScheduler"),
            ("PIPELINE_DURABLE_TASK_SKU", "Dedicated"), ("PIPELINE_ZONE_REDUNDANT", "true"), ("PIPELINE_INSTANCE_MEMORY_MB", "4096")),
        new("scheduler", ("PIPELINE_DURABLE_BACKEND", "durableTaskScheduler"), ("PIPELINE_INPUT_HUBS", "a, b, c, d"), ("PIPELINE_OUTPUT_HUBS", "executions"),
            ("PIPELINE_ALWAYS_READY", "http=1,function:StreamHub1=2")),
        new("no-streams", ("PIPELINE_INPUT_HUBS", "")),
    ];

    /// <summary>Their names, for theories.</summary>
    public static TheoryData<string> Names => new(All.Select(scenario => scenario.Name));

    /// <summary>What azd puts into the parameters: texts with the environment's variables in their places.</summary>
    public IReadOnlyDictionary<string, string> Parameters()
    {
        var variables = Settings.Append(("AZURE_ENV_NAME", "test")).Append(("AZURE_LOCATION", "westeurope"))
            .ToDictionary(pair => pair.Item1, pair => pair.Item2, StringComparer.Ordinal);
        using var file = JsonDocument.Parse(Repository.Read("infra/main.parameters.json"));
        return file.RootElement.GetProperty("parameters").EnumerateObject().ToDictionary(
            parameter => parameter.Name,
            parameter => Variable().Replace(parameter.Value.GetProperty("value").GetString()!, match =>
                variables.TryGetValue(match.Groups["name"].Value, out var value) ? value
                : match.Groups["usual"].Success ? match.Groups["usual"].Value
                : throw new InvalidDataException($"main.parameters.json asks for {match.Groups["name"].Value}, which azd does not set and which has no default.")),
            StringComparer.Ordinal);
    }

    /// <summary>The parameters as a Bicep parameter file; azd turns texts into the types that the template declares, and so does this.</summary>
    public string ParameterFile(string template, JsonElement declared)
    {
        var lines = Parameters().Select(pair => $"param {pair.Key} = " + declared.GetProperty(pair.Key).GetProperty("type").GetString() switch
        {
            "bool" => bool.Parse(pair.Value) ? "true" : "false",
            "int" => int.Parse(pair.Value, CultureInfo.InvariantCulture).ToString(CultureInfo.InvariantCulture),
            "string" => $"'{pair.Value.Replace("'", "\\'", StringComparison.Ordinal)}'",
            var other => throw new InvalidDataException($"The parameter {pair.Key} is of the type {other}, which no environment variable can give."),
        });
        return $"using '{template}'\n{string.Join('\n', lines)}\n";
    }

    /// <inheritdoc/>
    public override string ToString() => Name;

    [GeneratedRegex(@"\$\{(?<name>\w+)(=(?<usual>[^}]*))?\}")]
    private static partial Regex Variable();
}
