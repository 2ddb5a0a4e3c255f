using System.Text.Json.Nodes;

namespace Pipeline.Embedded.Cli.Templates;

/// <summary>A field that an object may have.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Schema">What it holds.</param>
/// <param name="For">With which values of another field it goes; null for all.</param>
internal sealed record SchemaField(string Name, JsonObject Schema, string? For);
