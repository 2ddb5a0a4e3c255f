namespace Pipeline.Tests.Training;

/// <summary>A model of the two moons that has hardly learnt, made once for all tests of a class.</summary>
public sealed class PublishedMoons : IAsyncLifetime
{
    internal LocalTraining Training { get; } = new();

    public async Task InitializeAsync()
    {
        Training.WriteMoons();
        await Training.PublishAsync(MoonSpec.Of(epochs: 1));
    }

    public Task DisposeAsync()
    {
        Training.Dispose();
        return Task.CompletedTask;
    }
}
