using Pipeline.Embedded.Durable;

namespace Pipeline.Tests.Durable;

/// <summary>Keeps the writer busy until it is released.</summary>
internal sealed class HeldWriter : Commit, IDisposable
{
    public TaskCompletionSource Holding { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public ManualResetEventSlim Release { get; } = new();

    public override void Apply(WriteSession session)
    {
        Holding.TrySetResult();
        Release.Wait();
    }

    public override void Committed()
    {
    }

    public void Dispose() => Release.Dispose();
}
