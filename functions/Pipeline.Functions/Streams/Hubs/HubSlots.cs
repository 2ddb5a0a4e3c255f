using Microsoft.Extensions.Configuration;

namespace Pipeline.Streams;

/// <summary>The hubs that the app listens to. Triggers are fixed when the app starts, so there are four places for hubs, and settings
/// say which hubs those are.</summary>
/// <param name="configuration">The app's settings.</param>
public sealed class HubSlots(IConfiguration configuration)
{
    /// <summary>How many there are.</summary>
    public const int Count = 4;

    /// <summary>The hub within the app, unless the setting <c>PipelineShuffleHub</c> names another.</summary>
    public const string UsualShuffleHub = "pipeline-shuffle";

    /// <summary>The consumer group for reading logs, unless the setting <c>PipelineReplayGroup</c> names another.</summary>
    public const string UsualReplayGroup = "pipeline-replay";

    /// <summary>The names of the hubs for input.</summary>
    public IReadOnlyList<string> Names { get; } =
        [.. Enumerable.Range(1, Count).Select(slot => configuration[$"PipelineHub{slot}"]).Where(name => !string.IsNullOrWhiteSpace(name)).Select(name => name!)];

    /// <summary>The hub within the app through which streams bring groups together.</summary>
    public string ShuffleHub { get; } = configuration["PipelineShuffleHub"] is { Length: > 0 } name ? name : UsualShuffleHub;

    /// <summary>The consumer group in which logs are read beside the triggers: what new, resumed and replayed streams have missed.</summary>
    public string ReplayGroup { get; } = configuration["PipelineReplayGroup"] is { Length: > 0 } name ? name : UsualReplayGroup;
}
