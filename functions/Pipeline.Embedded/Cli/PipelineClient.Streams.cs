using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Pipeline.Streams;

namespace Pipeline.Embedded.Cli;

internal sealed partial class PipelineClient
{
    /// <summary>Makes a stream, or changes it.</summary>
    public Task<StreamView> PutStreamAsync(string name, ReadOnlyMemory<byte> spec, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Put, StreamPath(name), Json(spec), CliJson.Default.StreamView, cancellationToken);

    /// <summary>All streams.</summary>
    public Task<StreamList> ListStreamsAsync(CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Get, "api/streams", null, CliJson.Default.StreamList, cancellationToken);

    /// <summary>How a stream stands.</summary>
    public Task<StreamStateView> GetStreamStateAsync(string name, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Get, $"{StreamPath(name)}/state", null, CliJson.Default.StreamStateView, cancellationToken);

    /// <summary>A stream's latest windows.</summary>
    public Task<StreamWindowsView> GetStreamWindowsAsync(string name, int top, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Get, string.Create(CultureInfo.InvariantCulture, $"{StreamPath(name)}/windows?top={top}"), null, CliJson.Default.StreamWindowsView, cancellationToken);

    /// <summary>A stream's latest alerts.</summary>
    public Task<StreamAlerts> GetStreamAlertsAsync(string name, int top, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Get, string.Create(CultureInfo.InvariantCulture, $"{StreamPath(name)}/alerts?top={top}"), null, CliJson.Default.StreamAlerts, cancellationToken);

    /// <summary>Pauses a stream.</summary>
    public Task PauseStreamAsync(string name, CancellationToken cancellationToken) => SendAsync(HttpMethod.Post, $"{StreamPath(name)}/pause", null, cancellationToken);

    /// <summary>Lets a stream go on.</summary>
    public Task ResumeStreamAsync(string name, CancellationToken cancellationToken) => SendAsync(HttpMethod.Post, $"{StreamPath(name)}/resume", null, cancellationToken);

    /// <summary>Replays a stream.</summary>
    /// <param name="name">The stream.</param>
    /// <param name="to">Where it begins again: a word, a time, or sequence numbers by partition.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public Task RewindStreamAsync(string name, JsonNode to, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Post, $"{StreamPath(name)}/rewind", Json(JsonSerializer.SerializeToUtf8Bytes(new JsonObject { ["to"] = to }, CliJson.Default.JsonObject)), cancellationToken);

    /// <summary>Removes a stream. What it has written stays.</summary>
    public Task DeleteStreamAsync(string name, CancellationToken cancellationToken) => SendAsync(HttpMethod.Delete, StreamPath(name), null, cancellationToken);

    private static string StreamPath(string name) => $"api/streams/{Segment(name, "stream name")}";
}
