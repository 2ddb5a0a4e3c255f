namespace Pipeline.ApiDocs;

/// <summary>Where the JSON Schema of a kind of spec is.</summary>
/// <param name="Kind">The kind, for instance <c>batch</c>.</param>
/// <param name="Description">What such a spec is.</param>
/// <param name="Url">The schema's address on this app.</param>
public sealed record SchemaLink(string Kind, string Description, string Url);
