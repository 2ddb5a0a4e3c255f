using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace Pipeline.ApiDocs;

/// <summary>The JSON Schema of one kind of spec.</summary>
/// <param name="Kind">The kind, for instance <c>batch</c>.</param>
/// <param name="Schema">The schema (2020-12). Nobody changes it.</param>
internal sealed record SpecSchema(string Kind, JsonObject Schema)
{
    /// <summary>The schema as it is sent.</summary>
    public byte[] Content { get; } = Encoding.UTF8.GetBytes(Schema.ToJsonString(ApiJson.Indented) + "\n");

    /// <summary>Derived from the content.</summary>
    public string Version => Convert.ToHexStringLower(SHA256.HashData(Content))[..16];

    /// <summary>What it is, in a sentence.</summary>
    public string? Description => (string?)Schema["description"];
}
