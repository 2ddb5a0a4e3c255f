using System.Text.Json;
using Pipeline.Jobs;

namespace Pipeline.Grid.Applications;

/// <summary>Opens a spec's parameters, so that faults point at <c>/parameters</c>.</summary>
internal static class ParameterReader
{
    public static SpecReader Open(GridSource source, List<SpecFault> faults)
    {
        if (source.Description is { } description)
            return description;
        var parameters = source.Parameters.ValueKind == JsonValueKind.Undefined ? JsonSerializer.SerializeToElement(new Dictionary<string, int>()) : source.Parameters;
        var whole = SpecReader.Open(JsonSerializer.SerializeToElement(new Dictionary<string, JsonElement> { ["parameters"] = parameters }), faults);
        return whole.SectionOrEmpty("parameters");
    }
}
