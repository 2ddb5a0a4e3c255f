namespace Pipeline.Tests.Durable;

/// <summary>An activity that gives its input back, but not before it is released.</summary>
internal sealed class HeldActivity
{
    private readonly TaskCompletionSource begun = new();
    private readonly TaskCompletionSource released = new();
    private readonly TaskCompletionSource ended = new();

    public HeldActivity(DelegateFunctions functions, string name) => functions.Activity<int, int>(name, async input =>
    {
        begun.TrySetResult();
        await released.Task;
        ended.TrySetResult();
        return input;
    });

    /// <summary>Ends when it runs for the first time.</summary>
    public Task Begun => begun.Task;

    /// <summary>Ends when it has run to its end for the first time.</summary>
    public Task Ended => ended.Task;

    public void Release() => released.SetResult();
}
