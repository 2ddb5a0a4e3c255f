using System.Text.Json.Serialization;

namespace Pipeline.Streams;

/// <summary>The two stages that a stream may have.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<StreamStage>))]
public enum StreamStage
{
    /// <summary>Works on a partition of the stream's hub.</summary>
    Input,

    /// <summary>Works on a partition of the shuffle hub, where the stream's groups come together.</summary>
    Shuffle,
}
