namespace Pipeline.EndToEnd.Fixtures;

/// <summary>One Azurite for the tests of a class. A test asks for it first, so that it can be skipped where there is no Node.</summary>
public sealed class AzuriteFixture : IAsyncLifetime
{
    private readonly Lazy<Task<Azurite>> _azurite = new(Azurite.StartAsync);

    /// <summary>Starts Azurite at the first call.</summary>
    public Task<Azurite> GetAsync() => _azurite.Value;

    /// <inheritdoc/>
    public Task InitializeAsync() => Task.CompletedTask;

    /// <inheritdoc/>
    public async Task DisposeAsync()
    {
        if (_azurite.IsValueCreated && _azurite.Value.IsCompletedSuccessfully) await (await _azurite.Value).DisposeAsync();
    }
}
