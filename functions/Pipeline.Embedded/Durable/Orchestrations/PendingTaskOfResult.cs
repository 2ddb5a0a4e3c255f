using Microsoft.DurableTask;

namespace Pipeline.Embedded.Durable;

/// <inheritdoc cref="PendingTask"/>
/// <param name="converter">Reads the result, in the orchestrator, so that a result of another type fails there.</param>
/// <param name="toException">What awaiting the task throws if it failed.</param>
internal sealed class PendingTask<T>(DataConverter converter, Func<TaskFailureDetails, Exception>? toException) : PendingTask
{
    private readonly TaskCompletionSource<T> source = new();

    public Task<T> Task => source.Task;

    /// <summary>What to let go of when the task has ended, for instance a token's registration.</summary>
    public IDisposable? Registration { get; set; }

    public override void Complete(string? result)
    {
        Registration?.Dispose();
        T value;
        try
        {
            value = converter.Deserialize<T>(result)!;
        }
        catch (Exception e)
        {
            source.TrySetException(e);
            return;
        }

        source.TrySetResult(value);
    }

    public override void Fail(TaskFailureDetails failure)
    {
        Registration?.Dispose();
        source.TrySetException(toException?.Invoke(failure) ?? new InvalidOperationException(failure.ErrorMessage));
    }

    public override void Cancel(CancellationToken token) => source.TrySetCanceled(token);
}
