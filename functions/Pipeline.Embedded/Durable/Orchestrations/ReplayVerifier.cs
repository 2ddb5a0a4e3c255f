using DurableTask.Core.Exceptions;
using Microsoft.DurableTask.Client;

namespace Pipeline.Embedded.Durable;

/// <summary>Replays an execution that ends from its stored history, and compares.</summary>
internal static class ReplayVerifier
{
    /// <summary>
    /// Lets the execution fail if its replay ends in another way. Not for one that was terminated, or that left its context.
    /// </summary>
    /// <param name="hub">The hub's other parts.</param>
    /// <param name="execution">The execution, at its end.</param>
    /// <param name="unwritten">What the last turn asked for, which the store does not have yet.</param>
    public static void Verify(TaskHubServices hub, OrchestrationExecution execution, IEnumerable<ScheduledAction> unwritten)
    {
        if (execution.Completion is not { } end || end.Status == OrchestrationRuntimeStatus.Terminated || execution.HasStrayed)
            return;
        hub.Writer.FlushAsync().GetAwaiter().GetResult();
        var stored = hub.Reader.Load(execution.Info.Key)!;
        var recorded = new RecordedActions([.. stored.History.OfType<ScheduledAction>(), .. unwritten], compareInputs: true);
        var replay = new OrchestrationExecution(hub.Environment, execution.Info, stored.Input, recorded, static () => { });
        var events = stored.History.Where(e => e is not ScheduledAction && e.Sequence <= execution.Processed);
        replay.Run([.. events], replayed: long.MaxValue);
        if (replay.Completion is { Error: NonDeterministicOrchestrationException } mismatch)
            execution.Replace(mismatch);
        else if (Describe(replay) is var second && Describe(execution) is var first && first != second)
            execution.Replace(OrchestrationCompletion.Failed(new NonDeterministicOrchestrationException(
                $"Non-Deterministic workflow detected: the execution ended with {first}, and its replay from history with {second}.")));
    }

    private static string Describe(OrchestrationExecution execution) => execution.Completion is { } end
        ? $"{end.Status}, output {end.NextInput ?? end.Output ?? "none"}, custom status {execution.CustomStatus ?? "none"}"
        : "no end";
}
