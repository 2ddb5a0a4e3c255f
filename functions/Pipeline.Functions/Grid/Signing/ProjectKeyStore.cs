using System.Text;
using Microsoft.Extensions.Configuration;
using Pipeline.Grid.Volunteers;
using Pipeline.Storage;

namespace Pipeline.Grid.Signing;

/// <summary>Gives the project's key: the one in the setting <see cref="Setting"/>, which on Azure may be a Key Vault reference, or else one
/// that the first use makes and keeps beside the tokens' hashes.</summary>
public sealed class ProjectKeyStore(IObjectStore store, IConfiguration configuration) : IDisposable
{
    /// <summary>The setting that holds the private key.</summary>
    public const string Setting = "PipelineGridProjectKey";

    private const string Path = "project-key.pem";

    private readonly SemaphoreSlim _gate = new(1);
    private volatile ProjectKey? _key;

    /// <summary>The key.</summary>
    /// <exception cref="StorageException">The setting or the stored key is not a key.</exception>
    public async ValueTask<ProjectKey> GetAsync(CancellationToken cancellationToken)
    {
        if (_key is { } known)
            return known;
        await _gate.WaitAsync(cancellationToken);
        try
        {
            return _key ??= await LoadAsync(cancellationToken);
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _key?.Dispose();
        _gate.Dispose();
    }

    private async Task<ProjectKey> LoadAsync(CancellationToken cancellationToken)
    {
        if (configuration[Setting] is { Length: > 0 } given)
            return Parse(given, $"The setting {Setting}");
        if (await store.TryReadAllAsync(SecretContainer.Name, Path, cancellationToken) is { } stored)
            return Parse(Encoding.UTF8.GetString(stored), $"'{Path}' in container '{SecretContainer.Name}'");
        var made = ProjectKey.Create();
        try
        {
            await SecretContainer.WriteAsync(store, Path, Encoding.UTF8.GetBytes(made.ToPem()), WriteCondition.IfAbsent, cancellationToken);
            return made;
        }
        catch (ConditionFailedException)
        {
            // Another instance came first: there is one key.
            made.Dispose();
            return Parse(Encoding.UTF8.GetString(await store.ReadAllAsync(SecretContainer.Name, Path, cancellationToken)), $"'{Path}' in container '{SecretContainer.Name}'");
        }
    }

    private static ProjectKey Parse(string text, string where)
    {
        try
        {
            return ProjectKey.Parse(text);
        }
        catch (InvalidDataException e)
        {
            throw new StorageException($"{where} cannot sign the project's work. {e.Message}", e);
        }
    }
}
