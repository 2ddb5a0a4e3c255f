using System.Text.Json;

namespace Pipeline.Streams;

/// <summary>The wish that a stream makes its results again.</summary>
/// <param name="To">From where: <c>"earliest"</c>, <c>"now"</c>, a time, or an object of partitions and the sequence numbers to begin with.</param>
public sealed record RewindRequest(JsonElement To);
