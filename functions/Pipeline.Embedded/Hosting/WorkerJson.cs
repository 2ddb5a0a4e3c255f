using System.Text.Json;

namespace Pipeline.Embedded.Hosting;

/// <summary>How bindings read and write JSON: as the official worker does, so that names keep their case when written.</summary>
internal static class WorkerJson
{
    public static JsonSerializerOptions Options { get; } = new() { PropertyNameCaseInsensitive = true };
}
