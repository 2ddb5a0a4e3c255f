namespace Pipeline.Streams;

/// <summary>Compares the version of a place's state with the one that this host committed last.</summary>
internal sealed class StateFence(StateStore states, StreamPlace place, string? etag) : IStreamFence
{
    /// <inheritdoc/>
    public async Task EnsureOwnedAsync(CancellationToken cancellationToken)
    {
        if (await states.VersionAsync(place, cancellationToken) != etag)
            throw StateStore.Fenced(place);
    }
}
