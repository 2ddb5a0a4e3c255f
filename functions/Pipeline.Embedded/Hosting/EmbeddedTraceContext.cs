using System.Diagnostics;
using Microsoft.Azure.Functions.Worker;

namespace Pipeline.Embedded.Hosting;

internal sealed class EmbeddedTraceContext(Activity? activity) : TraceContext
{
    public override string TraceParent { get; } = activity?.Id ?? "";

    public override string TraceState { get; } = activity?.TraceStateString ?? "";
}
