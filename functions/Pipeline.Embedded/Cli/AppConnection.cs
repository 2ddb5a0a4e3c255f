namespace Pipeline.Embedded.Cli;

/// <summary>An app to talk to: one elsewhere, or one that was started in this process for the length of a verb.</summary>
internal sealed class AppConnection(PipelineClient client, IAsyncDisposable? host) : IAsyncDisposable
{
    /// <summary>Talks to it.</summary>
    public PipelineClient Client { get; } = client;

    /// <summary>What clients of its own event hubs connect with; null where it has none, or is elsewhere.</summary>
    public string? EventHubs { get; init; }

    /// <summary>Whether it lives and dies with this process.</summary>
    public bool InProcess => host is not null;

    /// <summary>Lets go of the app; one in this process ends in order.</summary>
    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        if (host is not null)
            await host.DisposeAsync();
    }
}
