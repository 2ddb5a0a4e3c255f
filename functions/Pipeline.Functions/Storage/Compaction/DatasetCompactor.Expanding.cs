namespace Pipeline.Storage;

public sealed partial class DatasetCompactor
{
    /// <summary>
    /// Takes compacted files apart again, for a writer that is about to write some of their files anew: when this returns, what
    /// those were made of are files of their own, and a compaction that was under way has ended or was given up.
    /// </summary>
    /// <param name="dataset">The dataset.</param>
    /// <param name="which">Tells of a compacted file whether it is to be taken apart.</param>
    /// <param name="ct">Gives up; the next call goes on.</param>
    /// <returns>How many files were taken apart by this call.</returns>
    public async Task<int> ExpandAsync(string dataset, Func<CompactionManifest, bool> which, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(which);
        ObjectName.CheckSegment(dataset);
        var done = 0;
        while (true)
        {
            var marker = (await ReadAsync(dataset, ct)).Marker;
            switch (marker.Stage)
            {
                case CompactionStage.Writing:
                    await AbandonAsync(dataset, marker.Id!, ct);
                    break;
                case CompactionStage.Switched:
                    await RevertAsync(dataset, marker.Id!, ct);
                    break;
                case CompactionStage.Deleting:
                    await FinishAsync(dataset, marker.Id!, ct);
                    break;
                case CompactionStage.Expanding:
                    done += await ExpandNowAsync(dataset, marker, ct);
                    break;
                default:
                    if (!await BeginExpandingAsync(dataset, marker, which, ct)) return done;
                    break;
            }
        }
    }

    // All small files are still there: they count again.
    private async Task RevertAsync(string dataset, string id, CancellationToken ct)
    {
        var targets = (await PlanOfAsync(dataset, id, ct)).Targets.Select(t => t.Path).ToHashSet(StringComparer.Ordinal);
        var marker = await ChangeAsync(dataset, m => m.Id != id || m.Stage != CompactionStage.Switched ? m : Ended(m) with
        {
            Compacted = [.. m.Compacted.Where(c => !targets.Contains(c)), .. m.Replaced.Where(CompactionFiles.IsCompacted)],
        }, ct);
        if (marker.Id == id) return; // It is deleting by now.
        foreach (var target in targets)
            await DeleteCompactedAsync(dataset, target, ct);
        await store.DeleteAsync(DatasetFolders.Container, CompactionFiles.Plan(dataset, id), ct);
    }

    private async Task<bool> BeginExpandingAsync(string dataset, CompactionMarker seen, Func<CompactionManifest, bool> which, CancellationToken ct)
    {
        var files = new List<string>();
        var leaves = new List<string>();
        foreach (var path in seen.Compacted)
        {
            // One that is gone was taken apart by another; the marker has changed.
            if (await CompactionFiles.ReadAsync<CompactionManifest>(store, CompactionFiles.Manifest(dataset, path), ct) is not { } manifest || !which(manifest.Value)) continue;
            files.Add(path);
            leaves.AddRange(manifest.Value.Sources.Select(s => s.Path));
        }

        if (files.Count == 0) return false;
        await ChangeAsync(dataset, m => m.Stage != CompactionStage.Idle || !files.TrueForAll(m.Compacted.Contains) ? m
            : m with { Stage = CompactionStage.Expanding, Expanded = files, Replaced = leaves }, ct);
        return true;
    }

    private async Task<int> ExpandNowAsync(string dataset, CompactionMarker marker, CancellationToken ct)
    {
        foreach (var path in marker.Expanded)
            await WritePartsAsync(dataset, path, ct);
        await ChangeAsync(dataset, m => m.Stage != CompactionStage.Expanding || !m.Expanded.SequenceEqual(marker.Expanded) ? m
            : Ended(m) with { Compacted = [.. m.Compacted.Except(m.Expanded, StringComparer.Ordinal)], Expanded = [] }, ct);
        foreach (var path in marker.Expanded)
            await DeleteCompactedAsync(dataset, path, ct);
        return marker.Expanded.Count;
    }

    private async Task WritePartsAsync(string dataset, string path, CancellationToken ct)
    {
        // Gone: somebody else has done all this and ended it; the marker says so.
        if (await store.FindAsync(DatasetFolders.Container, path, ct) is not { } file
            || await CompactionFiles.ReadAsync<CompactionManifest>(store, CompactionFiles.Manifest(dataset, path), ct) is not { } manifest)
            return;
        using var folder = TaskFolder.Create();
        var first = 0L;
        foreach (var source in manifest.Value.Sources)
        {
            try
            {
                // Once a part is there it may have been written anew since, by a host that found all of this done.
                if (await store.FindAsync(DatasetFolders.Container, source.Path, ct) is null)
                {
                    var local = folder.File("part.parquet");
                    await _joiner.PartAsync(file, new RowRange(first, source.Rows), local, folder, ct);
                    await using var content = File.OpenRead(local);
                    await store.WriteAsync(DatasetFolders.Container, source.Path, content, WriteCondition.IfAbsent, ct);
                }
            }
            catch (ConditionFailedException)
            {
                // Another host works at the same and was quicker.
            }

            first += source.Rows;
        }
    }
}
