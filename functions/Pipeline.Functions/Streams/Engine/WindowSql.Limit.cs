using Pipeline.Sql;

namespace Pipeline.Streams;

internal sealed partial class WindowSql
{
    /// <summary>The expression for the watermark at which the last window of a state is complete.</summary>
    public string CompleteAt => window.Kind switch
    {
        StreamWindowKind.Tumbling => $"({Pane} + {_size})",
        StreamWindowKind.Hopping => $"({LastStart(Pane)} + {_size})",
        StreamWindowKind.Sliding => $"({Pane} + {_size} + 1)",
        _ => $"({WindowedPlan.Last} + {_size})",
    };
}
