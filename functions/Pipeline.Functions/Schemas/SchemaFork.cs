namespace Pipeline.Schemas;

/// <summary>A place of an object where its reading goes one of several ways, by what the document says there.</summary>
/// <param name="Key">Where: a JSON pointer and a word.</param>
/// <param name="Field">The field whose word decides; null where it is decided by which field there is.</param>
/// <param name="Words">The words of that field, or the fields, in the order of the ways; null for the way of a document that says nothing.</param>
/// <param name="Default">The word that holds where the field is absent; null where none does.</param>
internal sealed record SchemaFork(string Key, string? Field, IReadOnlyList<string?> Words, string? Default);
