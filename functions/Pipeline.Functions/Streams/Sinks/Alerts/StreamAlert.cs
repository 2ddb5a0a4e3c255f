using System.Text.Json;

namespace Pipeline.Streams;

/// <summary>A row of a stream's result that met the condition of an alert.</summary>
/// <param name="Name">The alert's name.</param>
/// <param name="When">Its condition.</param>
/// <param name="WindowStart">The start of the row's window; null for a query without windows.</param>
/// <param name="WindowEnd">The window's end; null for a query without windows.</param>
/// <param name="Revision">Of the window: 0, and one more for each correction by late events.</param>
/// <param name="EventTime">The latest event time that the partition had seen then.</param>
/// <param name="Partition">The partition that the row came from.</param>
/// <param name="Row">The row.</param>
public sealed record StreamAlert(
    string Name, string When, DateTimeOffset? WindowStart, DateTimeOffset? WindowEnd, int Revision, DateTimeOffset EventTime, string Partition, JsonElement Row);
