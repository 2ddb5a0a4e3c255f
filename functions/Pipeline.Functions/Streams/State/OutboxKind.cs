using System.Text.Json.Serialization;

namespace Pipeline.Streams;

/// <summary>What a commit leaves to be sent.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<OutboxKind>))]
internal enum OutboxKind
{
    /// <summary>Results of the query, for the sinks.</summary>
    Results,

    /// <summary>Late events, for the side output.</summary>
    Late,

    /// <summary>Events that cannot be read, for quarantine.</summary>
    Poison,

    /// <summary>Partial rows, for a partition of the shuffle.</summary>
    Shuffle,
}
