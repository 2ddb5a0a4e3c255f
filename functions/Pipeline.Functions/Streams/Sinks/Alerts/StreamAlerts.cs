namespace Pipeline.Streams;

/// <summary>The latest alerts of a stream (<c>GET /api/streams/{name}/alerts</c>).</summary>
/// <param name="Name">The stream's name.</param>
/// <param name="Alerts">The alerts, latest first.</param>
public sealed record StreamAlerts(string Name, IReadOnlyList<StreamAlert> Alerts);
