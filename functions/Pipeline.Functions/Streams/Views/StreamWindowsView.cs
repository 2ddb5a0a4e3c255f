using Pipeline.Jobs;

namespace Pipeline.Streams;

/// <summary>The latest results of a stream (<c>GET /api/streams/{name}/windows</c>).</summary>
/// <param name="Name">The stream's name.</param>
/// <param name="Generation">Which run through the log.</param>
/// <param name="Columns">The columns of the rows.</param>
/// <param name="Windows">The windows, latest first.</param>
public sealed record StreamWindowsView(string Name, int Generation, IReadOnlyList<ResultColumn> Columns, IReadOnlyList<StreamWindowView> Windows);
