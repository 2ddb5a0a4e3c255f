namespace Pipeline.Embedded.Durable;

/// <summary>A commit that somebody waits for.</summary>
internal abstract class Request<T> : Commit
{
    private readonly TaskCompletionSource<T> source = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Ends when the work is on the disk.</summary>
    public Task<T> Task => source.Task;

    /// <summary>A refusal, found while applying.</summary>
    protected Exception? Refusal { get; set; }

    public sealed override void Committed()
    {
        if (Refusal is null)
            source.SetResult(Accepted());
        else
            source.SetException(Refusal);
    }

    public sealed override void Failed(Exception error) => source.TrySetException(error);

    /// <summary>Delivers what was written, and gives the answer.</summary>
    protected abstract T Accepted();
}
