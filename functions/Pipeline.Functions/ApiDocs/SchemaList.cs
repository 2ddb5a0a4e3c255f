namespace Pipeline.ApiDocs;

/// <summary>The kinds of spec that the app takes.</summary>
/// <param name="Schemas">Each with the place of its JSON Schema.</param>
public sealed record SchemaList(IReadOnlyList<SchemaLink> Schemas);
