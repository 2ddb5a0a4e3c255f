namespace Pipeline.Streams;

/// <summary>All streams, by name (<c>GET /api/streams</c>).</summary>
/// <param name="Streams">The streams.</param>
public sealed record StreamList(IReadOnlyList<StreamView> Streams);
