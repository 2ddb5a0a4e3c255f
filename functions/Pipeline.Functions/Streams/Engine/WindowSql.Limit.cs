using Pipeline.Sql;

namespace Pipeline.Streams;

internal sealed partial class WindowSql
{
    /// <summary>The states that count as open beyond a horizon: of a session, those at its end, for finding whole sessions would cost far more than counting.</summary>
    public string Open(long horizon) => window.Kind == StreamWindowKind.Session && horizon != long.MinValue
        ? $"(SELECT * FROM {State} WHERE {WindowedPlan.Last} + {_size} > {SqlText.Number(horizon)})"
        : Alive(State, horizon);

    /// <summary>The expression for the watermark at which the last window of a state is complete.</summary>
    public string CompleteAt => window.Kind switch
    {
        StreamWindowKind.Tumbling => $"({Pane} + {_size})",
        StreamWindowKind.Hopping => $"({LastStart(Pane)} + {_size})",
        StreamWindowKind.Sliding => $"({Pane} + {_size} + 1)",
        _ => $"({WindowedPlan.Last} + {_size})",
    };
}
