namespace Pipeline.Streams;

/// <summary>The latest events of a stream that could not be read (<c>GET /api/streams/{name}/quarantine</c>).</summary>
/// <param name="Name">The stream's name.</param>
/// <param name="Events">The events, those of the file that was written last first.</param>
public sealed record DeadLetters(string Name, IReadOnlyList<DeadLetter> Events);
