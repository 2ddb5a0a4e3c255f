namespace Pipeline.Jobs;

/// <summary>One thing wrong with a document that somebody sent.</summary>
/// <param name="Pointer">Where: a JSON pointer (RFC 6901), empty for the whole document.</param>
/// <param name="Detail">What is wrong and what to do.</param>
public sealed record SpecFault(string Pointer, string Detail);
