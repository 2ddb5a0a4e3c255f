namespace Pipeline.Storage;

/// <summary>
/// Makes few large files of a dataset's many small ones. Readers that list the dataset through <see cref="DatasetListing"/> see every
/// row once at every moment: the large files do not count until one conditional write of the dataset's marker makes them count and
/// the small ones not; those are deleted only when no job needs them any more.
/// </summary>
/// <remarks>Every step may run twice, and after a crash goes on where the last one ended. At most one compaction of a dataset is
/// under way: a step of one that was given up changes nothing.</remarks>
public sealed partial class DatasetCompactor(IObjectStore store, DatasetListing listing, FooterReader footers, ParquetFetcher fetcher, TimeProvider time)
{
    // More than this many writers do not contend for one marker.
    private const int Attempts = 20;

    private readonly ParquetJoiner _joiner = new(store, footers, fetcher, time);

    /// <summary>Begins a compaction, or finds the one that is under way, to be brought to its end.</summary>
    /// <param name="dataset">The dataset.</param>
    /// <param name="id">The new compaction: 12 hexadecimal digits.</param>
    /// <param name="ct">Gives up.</param>
    /// <returns>Which compaction is under way and how far it is; null where large files are being taken apart.</returns>
    public async Task<CompactionState?> ClaimAsync(string dataset, string id, CancellationToken ct)
    {
        ObjectName.CheckSegment(dataset);
        if (id is not { Length: 12 } || !id.All(char.IsAsciiHexDigitLower)) throw new ArgumentException($"'{id}' is not 12 hexadecimal digits.", nameof(id));
        var marker = await ChangeAsync(dataset, m => m.Stage == CompactionStage.Idle ? m with { Stage = CompactionStage.Writing, Id = id } : m, ct);
        return marker.Id is { } current ? new CompactionState(current, marker.Stage, marker.SwitchedAt) : null;
    }

    /// <summary>Chooses the files, once: a second call finds what the first has chosen.</summary>
    /// <param name="dataset">The dataset.</param>
    /// <param name="id">The compaction, which has been claimed: whoever may say that a file is not written again says so after that.</param>
    /// <param name="seriesOf">The series of a file, by its path; null for a file that must stay as it is.</param>
    /// <param name="options">What is worth it.</param>
    /// <param name="ct">Gives up.</param>
    /// <returns>How many files will be written.</returns>
    public async Task<int> PlanAsync(string dataset, string id, Func<string, CompactionSeries?> seriesOf, CompactionOptions options, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(seriesOf);
        ArgumentNullException.ThrowIfNull(options);
        var path = CompactionFiles.Plan(dataset, id);
        if (await CompactionFiles.ReadAsync<CompactionPlan>(store, path, ct) is { } made) return made.Value.Targets.Count;
        await SweepAsync(dataset, id, ct);
        var plan = new CompactionPlan(Targets(id, await listing.ReadAsync(dataset, null, ct), seriesOf, options));
        try
        {
            await CompactionFiles.WriteAsync(store, path, plan, WriteCondition.IfAbsent, ct);
            return plan.Targets.Count;
        }
        catch (ConditionFailedException)
        {
            return (await PlanOfAsync(dataset, id, ct)).Targets.Count; // Another attempt was quicker.
        }
    }

    /// <summary>Writes one of the large files.</summary>
    /// <exception cref="ConditionFailedException">A file that goes into it was written again; give the compaction up.</exception>
    public async Task WriteAsync(string dataset, string id, int index, CancellationToken ct)
    {
        var target = (await PlanOfAsync(dataset, id, ct)).Targets[index];
        if (await store.FindAsync(DatasetFolders.Container, target.Path, ct) is not null) return;
        using var folder = TaskFolder.Create();
        var local = folder.File("compacted.parquet");
        var rows = await _joiner.JoinAsync(target.Sources, local, folder, ct);
        var sources = new List<CompactionManifest.Source>();
        foreach (var (source, count) in target.Sources.Zip(rows))
            sources.AddRange(await LeavesAsync(dataset, source.Path, count, ct));
        var manifest = new CompactionManifest(CompactionFiles.SeriesOf(target.Path), target.Tag, sources);
        await CompactionFiles.WriteAsync(store, CompactionFiles.Manifest(dataset, target.Path), manifest, WriteCondition.None, ct);
        await using var content = File.OpenRead(local);
        await store.WriteAsync(DatasetFolders.Container, target.Path, content, WriteCondition.None, ct);
    }

    /// <summary>Makes the large files count instead of the small ones, all at once.</summary>
    /// <returns>False where the compaction was given up meanwhile.</returns>
    /// <exception cref="ConditionFailedException">A file that went into one was written again; give the compaction up.</exception>
    public async Task<bool> SwitchAsync(string dataset, string id, CancellationToken ct)
    {
        if (await ReadAsync(dataset, ct) is var (found, _) && (found.Id != id || found.Stage != CompactionStage.Writing)) return found.Id == id;
        var plan = await PlanOfAsync(dataset, id, ct);
        foreach (var source in plan.Targets.SelectMany(t => t.Sources))
        {
            if ((await store.FindAsync(DatasetFolders.Container, source.Path, ct))?.ETag != source.ETag)
                throw ConditionFailedException.Changed(DatasetFolders.Container, source.Path);
        }

        var replaced = plan.Targets.SelectMany(t => t.Sources).Select(s => s.Path).ToHashSet(StringComparer.Ordinal);
        var marker = await ChangeAsync(dataset, m => m.Id != id || m.Stage != CompactionStage.Writing ? m : m with
        {
            Stage = CompactionStage.Switched,
            SwitchedAt = time.GetUtcNow(),
            Compacted = [.. m.Compacted.Where(c => !replaced.Contains(c)), .. plan.Targets.Select(t => t.Path)],
            Replaced = [.. replaced],
        }, ct);
        return marker.Id == id;
    }

    /// <summary>Deletes the small files, and ends the compaction.</summary>
    public async Task FinishAsync(string dataset, string id, CancellationToken ct)
    {
        var marker = await ChangeAsync(dataset, m => m.Id == id && m.Stage == CompactionStage.Switched ? m with { Stage = CompactionStage.Deleting } : m, ct);
        if (marker.Id != id || marker.Stage != CompactionStage.Deleting) return;
        foreach (var path in marker.Replaced)
        {
            await store.DeleteAsync(DatasetFolders.Container, path, ct);
            if (CompactionFiles.IsCompacted(path)) await store.DeleteAsync(DatasetFolders.Container, CompactionFiles.Manifest(dataset, path), ct);
        }

        await EndAsync(dataset, id, CompactionStage.Deleting, ct);
        await store.DeleteAsync(DatasetFolders.Container, CompactionFiles.Plan(dataset, id), ct);
    }

    /// <summary>Gives a compaction up that has not switched yet, and removes what it has written.</summary>
    public async Task AbandonAsync(string dataset, string id, CancellationToken ct)
    {
        await EndAsync(dataset, id, CompactionStage.Writing, ct);
        var marker = (await ReadAsync(dataset, ct)).Marker;
        if (marker.Id == id || await CompactionFiles.ReadAsync<CompactionPlan>(store, CompactionFiles.Plan(dataset, id), ct) is not { } plan) return;
        foreach (var target in plan.Value.Targets.Where(t => !marker.Compacted.Contains(t.Path)))
            await DeleteCompactedAsync(dataset, target.Path, ct);
        await store.DeleteAsync(DatasetFolders.Container, CompactionFiles.Plan(dataset, id), ct);
    }

    private static List<CompactionPlan.Target> Targets(
        string id, IReadOnlyList<ObjectInfo> files, Func<string, CompactionSeries?> seriesOf, CompactionOptions options)
    {
        var series = files.Select(f => seriesOf(f.Path)).OfType<CompactionSeries>().DistinctBy(s => s.Name).ToDictionary(s => s.Name, StringComparer.Ordinal);
        var groups =
            from file in files
            where file.Length < options.TargetBytes / 2
            let name = CompactionFiles.IsCompacted(file.Path) ? CompactionFiles.SeriesOf(file.Path) : seriesOf(file.Path)?.Name
            where name is not null && series.ContainsKey(name)
            group file by (Folder: file.Path[..(file.Path.LastIndexOf('/') + 1)], Series: series[name]) into small
            where small.Count() >= options.MinFiles
            select small;
        var targets = new List<CompactionPlan.Target>();
        foreach (var group in groups)
        {
            var next = new List<CompactionPlan.Source>();
            var bytes = 0L;
            foreach (var file in group)
            {
                next.Add(new CompactionPlan.Source(file.Path, file.ETag));
                bytes += file.Length;
                if (bytes >= options.TargetBytes || next.Count == options.MaxFiles) Close();
            }

            Close();

            void Close()
            {
                if (next.Count > 1 && targets.Count < options.MaxTargets)
                    targets.Add(new CompactionPlan.Target(CompactionFiles.Compacted(group.Key.Folder, group.Key.Series.Name, id, targets.Count), group.Key.Series.Tag, [.. next]));
                next.Clear();
                bytes = 0;
            }
        }

        return targets;
    }

    // What hosts left that died right behind a switch: it counts no more, and nobody else will remove it.
    private async Task SweepAsync(string dataset, string id, CancellationToken ct)
    {
        var marker = (await ReadAsync(dataset, ct)).Marker;
        if (marker.Id != id || marker.Stage != CompactionStage.Writing) return;
        await foreach (var file in store.ListAsync(DatasetFolders.Container, $"{dataset}/", ct))
        {
            if (CompactionFiles.IsCompacted(file.Path) && !marker.Compacted.Contains(file.Path)) await DeleteCompactedAsync(dataset, file.Path, ct);
        }
    }

    // A compacted file in a larger one stands for what it was made of.
    private async Task<IReadOnlyList<CompactionManifest.Source>> LeavesAsync(string dataset, string path, long rows, CancellationToken ct) =>
        CompactionFiles.IsCompacted(path) ? (await ManifestAsync(dataset, path, ct)).Sources : [new CompactionManifest.Source(path, rows)];

    private async Task<CompactionPlan> PlanOfAsync(string dataset, string id, CancellationToken ct) =>
        await CompactionFiles.ReadAsync<CompactionPlan>(store, CompactionFiles.Plan(dataset, id), ct) is { } plan
            ? plan.Value
            : throw ConditionFailedException.Changed(DatasetFolders.Container, CompactionFiles.Plan(dataset, id));

    private async Task<CompactionManifest> ManifestAsync(string dataset, string compacted, CancellationToken ct) =>
        await CompactionFiles.ReadAsync<CompactionManifest>(store, CompactionFiles.Manifest(dataset, compacted), ct) is { } manifest
            ? manifest.Value
            : throw new StorageException(
                $"'{CompactionFiles.Manifest(dataset, compacted)}' is gone, which tells what '{compacted}' was made of. Restore it from a backup.");

    private Task<CompactionMarker> EndAsync(string dataset, string id, CompactionStage from, CancellationToken ct) =>
        ChangeAsync(dataset, m => m.Id == id && m.Stage == from ? Ended(m) : m, ct);

    private static CompactionMarker Ended(CompactionMarker marker) =>
        marker with { Stage = CompactionStage.Idle, Id = null, SwitchedAt = null, Replaced = [] };

    private async Task DeleteCompactedAsync(string dataset, string path, CancellationToken ct)
    {
        await store.DeleteAsync(DatasetFolders.Container, path, ct);
        await store.DeleteAsync(DatasetFolders.Container, CompactionFiles.Manifest(dataset, path), ct);
    }

    private async Task<(CompactionMarker Marker, string? ETag)> ReadAsync(string dataset, CancellationToken ct) =>
        await CompactionFiles.ReadAsync<CompactionMarker>(store, CompactionFiles.Marker(dataset), ct) is { } found ? found : (CompactionMarker.None, null);

    // Reads, changes and writes the marker until nobody comes in between; gives what stands there then.
    private async Task<CompactionMarker> ChangeAsync(string dataset, Func<CompactionMarker, CompactionMarker> change, CancellationToken ct)
    {
        for (var attempt = 1; ; attempt++)
        {
            var (marker, etag) = await ReadAsync(dataset, ct);
            var changed = change(marker);
            if (ReferenceEquals(changed, marker)) return marker;
            try
            {
                await CompactionFiles.WriteAsync(store, CompactionFiles.Marker(dataset), changed, etag is null ? WriteCondition.IfAbsent : WriteCondition.IfMatch(etag), ct);
                return changed;
            }
            catch (ConditionFailedException) when (attempt < Attempts)
            {
            }
        }
    }
}
