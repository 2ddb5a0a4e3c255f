using System.Text.Json;

namespace Pipeline.Streams;

/// <summary>The rows of a window, or of a commit where the query has no windows.</summary>
/// <param name="Start">The window's start; null without windows.</param>
/// <param name="End">Its end; null without windows.</param>
/// <param name="Revision">0, and one more for each correction by late events.</param>
/// <param name="Partition">The partition that made it.</param>
/// <param name="Rows">The values of each row, in the order of the columns.</param>
public sealed record StreamWindowView(DateTimeOffset? Start, DateTimeOffset? End, int Revision, int Partition, IReadOnlyList<JsonElement> Rows);
