namespace Pipeline.Embedded.Triggers;

/// <summary>Waits for what sets one function off, and runs it.</summary>
internal interface ITriggerListener : IDisposable
{
    /// <summary>Begins to listen.</summary>
    Task StartAsync(CancellationToken cancellationToken);

    /// <summary>Takes nothing new, and waits for what runs.</summary>
    Task StopAsync();
}
