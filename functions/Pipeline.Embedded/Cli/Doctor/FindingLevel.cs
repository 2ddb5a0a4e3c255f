using System.Text.Json.Serialization;

namespace Pipeline.Embedded.Cli.Doctor;

/// <summary>How bad a finding is.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<FindingLevel>))]
internal enum FindingLevel
{
    /// <summary>As it should be.</summary>
    Ok,

    /// <summary>It works, but worse than it could, or not for everything.</summary>
    Warning,

    /// <summary>Something will not work.</summary>
    Fault,
}
