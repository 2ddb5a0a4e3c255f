using System.Text.Json;
using Pipeline.Jobs;

namespace Pipeline.Training;

/// <summary>Finds, promotes and deletes models.</summary>
public sealed class ModelStore
{
    /// <summary>How a model's documents are written: to be read by people too.</summary>
    internal static JsonSerializerOptions Json { get; } = new(Responses.Json) { WriteIndented = true };
}
