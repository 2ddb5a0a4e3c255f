using Pipeline.Sql;

namespace Pipeline.Streams;

/// <summary>What a sink may know of its stream.</summary>
/// <param name="Stream">The stream's name.</param>
/// <param name="Hub">The hub that it reads.</param>
/// <param name="Index">The sink's place in the spec, from 0.</param>
/// <param name="IsWindowed">Whether the query has windows; otherwise it gives rows for events.</param>
/// <param name="Result">The columns of the query's result; null while a spec is checked whose query has faults.</param>
public sealed record StreamSinkContext(string Stream, string Hub, int Index, bool IsWindowed, IReadOnlyList<ColumnSchema>? Result)
{
    /// <summary>Whether a window may be given out again with a higher revision: the stream has windows and allows late events.</summary>
    public bool Corrects { get; init; }
}
