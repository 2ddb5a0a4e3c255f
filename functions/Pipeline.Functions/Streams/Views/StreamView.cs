using System.Text.Json;

namespace Pipeline.Streams;

/// <summary>A stream as the HTTP API shows it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Status">Whether it works.</param>
/// <param name="Generation">Which run through the log.</param>
/// <param name="Hub">The hub that it reads.</param>
/// <param name="CreatedAt">When it was made.</param>
/// <param name="UpdatedAt">When it was changed last.</param>
/// <param name="Columns">The columns of its result; null in a list.</param>
/// <param name="Plan">How it runs, for people; null in a list.</param>
/// <param name="Spec">The spec as it was sent; null in a list.</param>
public sealed record StreamView(
    string Name, StreamStatus Status, int Generation, string Hub, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt,
    IReadOnlyList<Jobs.ResultColumn>? Columns = null, IReadOnlyList<string>? Plan = null, JsonElement? Spec = null);
