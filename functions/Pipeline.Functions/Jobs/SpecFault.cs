namespace Pipeline.Jobs;

/// <summary>One thing wrong with a document that somebody sent.</summary>
/// <param name="Pointer">Where: a JSON pointer (RFC 6901), empty for the whole document.</param>
/// <param name="Detail">What is wrong and what to do.</param>
public sealed record SpecFault(string Pointer, string Detail)
{
    /// <summary>Whether the document's JSON Schema tells it too, because a field is missing, unknown or not what it must be by itself.</summary>
    internal bool IsStructural { get; init; }
}
