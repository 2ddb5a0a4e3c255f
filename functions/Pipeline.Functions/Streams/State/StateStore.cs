using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Pipeline.Storage;

namespace Pipeline.Streams;

/// <summary>Keeps the states of places. A state is one object, replaced on condition of its version; what it refers to is written before
/// it under names that no other attempt uses.</summary>
internal sealed class StateStore(IObjectStore store, TimeProvider time)
{
    /// <summary>The container of states.</summary>
    public const string Container = "stream-state";

    // Small files go into the state itself: one write less a commit.
    private const int InlineBytes = 32 * 1024;

    // A file that nothing refers to may be one that a slow owner has just written and is about to commit.
    private static readonly TimeSpan OrphanAge = TimeSpan.FromHours(1);

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

    /// <summary>The state of a place and its version; a new state without a version where there is none.</summary>
    public async Task<(PartitionState State, string? ETag)> LoadAsync(StreamPlace place, CancellationToken cancellationToken) =>
        await store.FindJsonAsync<PartitionState>(Container, PathOf(place), Json, cancellationToken) is var (state, etag) ? (state, etag) : (new PartitionState(), null);

    /// <summary>Commits a state.</summary>
    /// <returns>Its version.</returns>
    /// <exception cref="StreamFencedException">The version before is no longer the current one.</exception>
    public async Task<string> SaveAsync(StreamPlace place, PartitionState state, string? etag, CancellationToken cancellationToken)
    {
        using var content = new MemoryStream(JsonSerializer.SerializeToUtf8Bytes(state, Json));
        try
        {
            return (await store.WriteAsync(Container, PathOf(place), content, etag is null ? WriteCondition.IfAbsent : WriteCondition.IfMatch(etag), cancellationToken)).ETag;
        }
        catch (ConditionFailedException e)
        {
            throw Fenced(place, e);
        }
    }

    /// <summary>The version of a place's state now; null where there is none.</summary>
    public async Task<string?> VersionAsync(StreamPlace place, CancellationToken cancellationToken) =>
        (await store.FindAsync(Container, PathOf(place), cancellationToken))?.ETag;

    /// <summary>Keeps a local file for a commit.</summary>
    /// <param name="place">Whose it is.</param>
    /// <param name="name">What it is, for people who look into the store.</param>
    /// <param name="localFile">The file.</param>
    /// <param name="inlineLeft">How many bytes the state still takes within itself.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<StateBlob> PutAsync(StreamPlace place, string name, string localFile, int inlineLeft, CancellationToken cancellationToken)
    {
        await using var content = new FileStream(localFile, FileMode.Open, FileAccess.Read, FileShare.Read, 1, FileOptions.Asynchronous);
        if (content.Length <= Math.Min(inlineLeft, InlineBytes))
        {
            var bytes = new byte[content.Length];
            await content.ReadExactlyAsync(bytes, cancellationToken);
            return new StateBlob(null, bytes.Length, bytes);
        }
        var path = $"{place.Folder}{name}-{Guid.NewGuid().ToString("N", CultureInfo.InvariantCulture)[..12]}{System.IO.Path.GetExtension(localFile)}";
        var written = await store.WriteAsync(Container, path, content, WriteCondition.IfAbsent, cancellationToken);
        return new StateBlob(path, written.Length, null);
    }

    /// <summary>Opens what a state refers to.</summary>
    public async Task<Stream> OpenAsync(StateBlob blob, CancellationToken cancellationToken) =>
        blob.Content is { } bytes ? new MemoryStream(bytes, writable: false) : await store.OpenReadAsync(Container, blob.Path!, cancellationToken);

    /// <summary>Makes what a state refers to a local file, which must not be changed.</summary>
    public async Task<string> FetchAsync(StateBlob blob, TaskFolder folder, CancellationToken cancellationToken)
    {
        return blob.Path is not null && store.LocalPath(Container, blob.Path) is { } inPlace ? inPlace : await CopyAsync(blob, folder, cancellationToken);
    }

    /// <summary>Makes a local copy of what a state refers to.</summary>
    public async Task<string> CopyAsync(StateBlob blob, TaskFolder folder, CancellationToken cancellationToken)
    {
        var local = folder.File($"{Guid.NewGuid():N}.parquet");
        await using var from = await OpenAsync(blob, cancellationToken);
        await using var to = File.Create(local);
        await from.CopyToAsync(to, cancellationToken);
        return local;
    }

    /// <summary>Removes files that a state no longer refers to. One that is gone already is no fault.</summary>
    public async Task RemoveAsync(IEnumerable<string> paths, CancellationToken cancellationToken)
    {
        foreach (var path in paths)
            await store.DeleteAsync(Container, path, cancellationToken);
    }

    /// <summary>Removes what attempts left that failed before their commit.</summary>
    public async Task SweepAsync(StreamPlace place, PartitionState state, CancellationToken cancellationToken)
    {
        var used = state.Files().Append(PathOf(place)).ToHashSet(StringComparer.Ordinal);
        var before = time.GetUtcNow() - OrphanAge;
        await foreach (var file in store.ListAsync(Container, place.Folder, cancellationToken))
        {
            if (file.LastModified < before && !used.Contains(file.Path))
                await store.DeleteAsync(Container, file.Path, cancellationToken);
        }
    }

    /// <summary>Removes all states of a stream, or of its generations before one. States go first: who still writes is fenced.</summary>
    public async Task RemoveStreamAsync(string stream, int beforeGeneration, CancellationToken cancellationToken)
    {
        var paths = new List<string>();
        await foreach (var file in store.ListAsync(Container, $"{stream}/", cancellationToken))
        {
            if (int.TryParse(file.Path.Split('/')[1], NumberStyles.None, CultureInfo.InvariantCulture, out var generation) && generation < beforeGeneration)
                paths.Add(file.Path);
        }
        await RemoveAsync(paths.OrderByDescending(p => p.EndsWith(StateFile, StringComparison.Ordinal)), cancellationToken);
    }

    /// <summary>The places of a generation that have a state.</summary>
    public async Task<IReadOnlyList<StreamPlace>> PlacesAsync(string stream, int generation, CancellationToken cancellationToken)
    {
        var places = new List<StreamPlace>();
        await foreach (var file in store.ListAsync(Container, $"{stream}/{generation}/", cancellationToken))
        {
            var segments = file.Path.Split('/');
            if (segments.Length != 4 || segments[3] != StateFile)
                continue;
            var at = segments[2].LastIndexOf('-');
            var stage = segments[2][..at] == "input" ? StreamStage.Input : StreamStage.Shuffle;
            places.Add(new StreamPlace(stream, generation, stage, int.Parse(segments[2][(at + 1)..], CultureInfo.InvariantCulture)));
        }
        return places;
    }

    /// <summary>Another owner has the place.</summary>
    public static StreamFencedException Fenced(StreamPlace place, Exception? inner = null) =>
        new($"Another host has taken partition {place.Origin(0).Place} of stream '{place.Stream}'; this one lets go of it.", inner);

    private const string StateFile = "state.json";

    private static string PathOf(StreamPlace place) => $"{place.Folder}{StateFile}";
}
