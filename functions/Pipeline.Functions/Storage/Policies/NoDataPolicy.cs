namespace Pipeline.Storage;

/// <summary>Allows every use: the policy of an app that has none.</summary>
internal sealed class NoDataPolicy : IDataPolicy
{
    public Task EnsureAsync(DataUse use, CancellationToken cancellationToken) => Task.CompletedTask;
}
