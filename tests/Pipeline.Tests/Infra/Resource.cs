using System.Text.Json;

namespace Pipeline.Tests.Infra;

/// <summary>One resource that a deployment would make.</summary>
internal sealed class Resource(JsonElement json)
{
    public JsonElement Json { get; } = json;

    public string Id => Json.GetProperty("id").GetString()!;

    public string Type => Json.GetProperty("type").GetString()!;

    public string Name => Json.GetProperty("name").GetString()!;

    public JsonElement Properties => Json.TryGetProperty("properties", out var properties) ? properties : default;

    /// <summary>A property by its path; fails the test where it is missing.</summary>
    public JsonElement Find(string path)
    {
        var found = Properties;
        foreach (var part in path.Split('.'))
        {
            Assert.True(found.ValueKind == JsonValueKind.Object && found.TryGetProperty(part, out found), $"{this} has no {path}");
        }

        return found;
    }

    public bool Has(string property) => Properties.ValueKind == JsonValueKind.Object && Properties.TryGetProperty(property, out _);

    public string Text(string path) => Find(path).GetString()!;

    public bool Flag(string path) => Find(path).GetBoolean();

    /// <inheritdoc/>
    public override string ToString() => $"{Type} {Name}";
}
