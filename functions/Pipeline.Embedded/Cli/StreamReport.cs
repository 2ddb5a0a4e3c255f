using Pipeline.Streams;

namespace Pipeline.Embedded.Cli;

/// <summary>A stream with its state and its latest windows: the document of <c>stream NAME --output json</c>.</summary>
/// <param name="State">How it stands.</param>
/// <param name="Windows">Its latest results.</param>
internal sealed record StreamReport(StreamStateView State, StreamWindowsView Windows);
