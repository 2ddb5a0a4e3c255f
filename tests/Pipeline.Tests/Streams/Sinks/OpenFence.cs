using Pipeline.Streams;

namespace Pipeline.Tests.Streams.Sinks;

/// <summary>A fence that the test may close.</summary>
internal sealed class OpenFence : IStreamFence
{
    /// <summary>Whether another host has the partition.</summary>
    public bool Closed { get; set; }

    /// <summary>Runs at each check.</summary>
    public Func<Task>? OnCheck { get; set; }

    public async Task EnsureOwnedAsync(CancellationToken cancellationToken)
    {
        if (Closed) throw new StreamFencedException("Another host has taken the partition.");
        if (OnCheck is { } act) await act();
    }
}
