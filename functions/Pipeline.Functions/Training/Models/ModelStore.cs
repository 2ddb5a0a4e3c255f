using System.Globalization;
using System.Text.Json;
using Pipeline.Jobs;
using Pipeline.Storage;

namespace Pipeline.Training;

/// <summary>Finds, promotes and deletes models.</summary>
public sealed class ModelStore(IObjectStore store, IEnumerable<IModelUsers> users)
{
    /// <summary>How a model's documents are written: to be read by people too.</summary>
    internal static JsonSerializerOptions Json { get; } = new(Responses.Json) { WriteIndented = true };

    /// <summary>All models, by name.</summary>
    public async Task<IReadOnlyList<ModelView>> ListAsync(CancellationToken cancellationToken)
    {
        var models = new List<ModelView>();
        foreach (var (name, versions) in await FindAsync("", cancellationToken))
            models.Add(await ViewAsync(name, versions, cancellationToken));
        return models;
    }

    /// <summary>One model.</summary>
    /// <exception cref="NotFoundException">There is none of that name.</exception>
    public async Task<ModelView> GetAsync(string name, CancellationToken cancellationToken) =>
        await ViewAsync(name, await VersionsAsync(name, cancellationToken), cancellationToken);

    /// <summary>The document of a version; of the promoted one, or the newest, where none is asked for.</summary>
    /// <exception cref="NotFoundException">There is none.</exception>
    public async Task<ModelDocument> OpenAsync(string name, int? version, CancellationToken cancellationToken)
    {
        var versions = await VersionsAsync(name, cancellationToken);
        var wanted = version ?? await PromotedAsync(name, cancellationToken) ?? versions.Keys.Max();
        if (!versions.ContainsKey(wanted))
            throw Missing(name, wanted, versions.Keys);
        return (await ReadAsync<ModelDocument>(ModelFiles.Folder(name, wanted) + ModelFiles.Document, cancellationToken))!;
    }

    /// <summary>Has a version used where none is asked for.</summary>
    /// <exception cref="NotFoundException">There is none such.</exception>
    public async Task<ModelView> PromoteAsync(string name, int version, CancellationToken cancellationToken)
    {
        var versions = await VersionsAsync(name, cancellationToken);
        if (!versions.ContainsKey(version))
            throw Missing(name, version, versions.Keys);
        var json = new MemoryStream(JsonSerializer.SerializeToUtf8Bytes(new PromotedVersion(version), Json));
        await store.WriteAsync(ModelFiles.Container, ModelFiles.Promoted(name), json, WriteCondition.None, cancellationToken);
        return await ViewAsync(name, versions, cancellationToken);
    }

    /// <summary>Deletes a version, or the whole model. A promoted version must be the last one, or another must be promoted before.</summary>
    /// <exception cref="NotFoundException">There is none such.</exception>
    /// <exception cref="JobConflictException">It is promoted while there are others, or a stream goes on with it.</exception>
    public async Task DeleteAsync(string name, int? version, CancellationToken cancellationToken)
    {
        var versions = await VersionsAsync(name, cancellationToken);
        if (version is { } one)
        {
            if (!versions.TryGetValue(one, out var files))
                throw Missing(name, one, versions.Keys);
            var isPromoted = await PromotedAsync(name, cancellationToken) == one;
            if (isPromoted && versions.Count > 1)
                throw new JobConflictException($"Version {one} of model '{name}' is promoted, so it is in use. Promote another version first.");
            await EnsureUnusedAsync(name, one, cancellationToken);
            await DeleteAsync(files, cancellationToken);
            if (!isPromoted)
                return;
        }
        else
        {
            await EnsureUnusedAsync(name, null, cancellationToken);
            foreach (var files in versions.Values)
                await DeleteAsync(files, cancellationToken);
        }
        await store.DeleteAsync(ModelFiles.Container, ModelFiles.Promoted(name), cancellationToken);
    }

    private async Task EnsureUnusedAsync(string name, int? version, CancellationToken cancellationToken)
    {
        foreach (var room in users)
        {
            if (await room.FindAsync(name, version, cancellationToken) is { Count: > 0 } found)
                throw new JobConflictException($"{(version is null ? "Model" : $"Version {version} of model")} '{name}' is in use by {string.Join(", ", found)}. Delete what uses it first, or have it use another.");
        }
    }

    // The document goes first: without it, what is left is no model.
    private async Task DeleteAsync(IReadOnlyList<string> files, CancellationToken cancellationToken)
    {
        foreach (var file in files.OrderByDescending(f => f.EndsWith(ModelFiles.Document, StringComparison.Ordinal)))
            await store.DeleteAsync(ModelFiles.Container, file, cancellationToken);
    }

    private async Task<SortedDictionary<int, List<string>>> VersionsAsync(string name, CancellationToken cancellationToken)
    {
        if (ModelName.Fault(name) is null && (await FindAsync($"{name}/", cancellationToken)).TryGetValue(name, out var versions))
            return versions;
        var names = (await FindAsync("", cancellationToken)).Keys;
        throw new NotFoundException($"There is no model '{name}'.{(names.Count == 0 ? " There are none yet: run a training job." : NearestName.Hint(name, names))}");
    }

    private async Task<SortedDictionary<string, SortedDictionary<int, List<string>>>> FindAsync(string prefix, CancellationToken cancellationToken)
    {
        var models = new SortedDictionary<string, SortedDictionary<int, List<string>>>(StringComparer.Ordinal);
        await foreach (var blob in store.ListAsync(ModelFiles.Container, prefix, cancellationToken))
        {
            var parts = blob.Path.Split('/');
            if (parts.Length != 3 || !int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var version))
                continue;
            if (!models.TryGetValue(parts[0], out var versions))
                models[parts[0]] = versions = [];
            if (!versions.TryGetValue(version, out var files))
                versions[version] = files = [];
            files.Add(blob.Path);
        }
        // A folder without the document is a model that is being made, or was deleted halfway.
        foreach (var (name, versions) in models.ToList())
        {
            foreach (var (version, _) in versions.Where(v => !v.Value.Exists(f => f.EndsWith($"/{ModelFiles.Document}", StringComparison.Ordinal))).ToList())
                versions.Remove(version);
            if (versions.Count == 0)
                models.Remove(name);
        }
        return models;
    }

    private async Task<ModelView> ViewAsync(string name, SortedDictionary<int, List<string>> versions, CancellationToken cancellationToken)
    {
        var views = new List<ModelVersionView>();
        foreach (var (version, files) in versions.Reverse())
        {
            var folder = ModelFiles.Folder(name, version);
            if (await ReadAsync<ModelMetrics>(folder + ModelFiles.Metrics, cancellationToken) is { } metrics && await ReadAsync<ModelLineage>(folder + ModelFiles.Lineage, cancellationToken) is { } lineage)
                views.Add(new ModelVersionView(version, lineage.CreatedAt, lineage.JobId, metrics.Final.Loss, metrics.Final.Metrics, [.. files.Select(f => $"{ModelFiles.Container}/{f}")]));
        }
        return new ModelView(name, await PromotedAsync(name, cancellationToken), views);
    }

    private async Task<int?> PromotedAsync(string name, CancellationToken cancellationToken) =>
        (await ReadAsync<PromotedVersion>(ModelFiles.Promoted(name), cancellationToken))?.Version;

    private async Task<T?> ReadAsync<T>(string path, CancellationToken cancellationToken)
        where T : class
    {
        try
        {
            return await store.ReadJsonAsync<T>(ModelFiles.Container, path, Responses.Json, cancellationToken);
        }
        catch (ObjectNotFoundException)
        {
            return null;
        }
        catch (JsonException e)
        {
            throw new StorageException($"{ModelFiles.Container}/{path} is damaged: {e.Message} Train the model again, or delete this version.");
        }
    }

    private static NotFoundException Missing(string name, int version, IEnumerable<int> versions) =>
        new($"Model '{name}' has no version {version}. It has: {string.Join(", ", versions)}.");
}
