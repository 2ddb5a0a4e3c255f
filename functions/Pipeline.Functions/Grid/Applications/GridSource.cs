using System.Text.Json;
using Pipeline.Jobs;

namespace Pipeline.Grid.Applications;

/// <summary>What a grid job works on.</summary>
/// <param name="Dataset">A dataset, or null.</param>
/// <param name="File">The path of an object in the container <c>datasets</c>, for example a FASTA file, or null.</param>
/// <param name="Parameters">The application's parameters: a JSON object.</param>
public sealed record GridSource(string? Dataset, string? File, JsonElement Parameters)
{
    /// <summary>Reads no parameters, but notes which there are; null where there are some to read.</summary>
    internal SpecReader? Description { get; init; }
}
