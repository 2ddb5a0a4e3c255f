namespace Pipeline.Embedded.Durable;

/// <summary>The failure of an orchestrator that leaves its context.</summary>
internal static class InvalidAsyncInvocation
{
    public static InvalidOperationException Error() => new(
        "An invalid asynchronous invocation was detected: the orchestrator, or middleware around it, awaited a task that is not durable "
        + "(Task.Delay, Task.Run, I/O), or used ConfigureAwait(false). Await only what the orchestration context returns, and do all "
        + "other work in an activity.");
}
