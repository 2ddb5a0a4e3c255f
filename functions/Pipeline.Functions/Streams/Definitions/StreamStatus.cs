using System.Text.Json.Serialization;

namespace Pipeline.Streams;

/// <summary>Whether a stream works.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<StreamStatus>))]
public enum StreamStatus
{
    /// <summary>It takes events as they come.</summary>
    Running,

    /// <summary>It takes no events; when it is resumed it goes on where it was, from the hub's log.</summary>
    Paused,
}
