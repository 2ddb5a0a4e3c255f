using System.Security.Cryptography;
using System.Text;

namespace Pipeline.ApiDocs;

/// <summary>The OpenAPI document of this app, made at first need.</summary>
public sealed class ApiDescription
{
    private readonly Lazy<Task<(byte[] Content, string Version)>> _document;

    internal ApiDescription(SpecSchemas schemas) => _document = new(() => MakeAsync(schemas));

    /// <summary>The document, and what is derived from its content.</summary>
    internal Task<(byte[] Content, string Version)> ReadAsync() => _document.Value;

    private static async Task<(byte[] Content, string Version)> MakeAsync(SpecSchemas schemas)
    {
        var document = OpenApiDocument.Make(typeof(ApiDescription).Assembly, await schemas.AllAsync());
        var content = Encoding.UTF8.GetBytes(document.ToJsonString(ApiJson.Indented) + "\n");
        return (content, Convert.ToHexStringLower(SHA256.HashData(content))[..16]);
    }
}
