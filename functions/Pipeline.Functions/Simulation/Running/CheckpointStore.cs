using System.Text.Json;
using Pipeline.Jobs;
using Pipeline.Simulation.Output;
using Pipeline.Storage;

namespace Pipeline.Simulation.Running;

/// <summary>Checkpoints as blobs, one a host. A checkpoint counts once the orchestration has the word of all its hosts.</summary>
internal sealed class CheckpointStore(IObjectStore store)
{
    public Task WriteAsync(string job, string run, long superstep, int host, int hosts, Snapshot snapshot, CancellationToken cancellationToken) =>
        store.WriteAsync(SimulationFiles.Checkpoint(job, run, superstep, host, hosts), SnapshotFormat.Write(snapshot), cancellationToken);

    /// <summary>Reads a checkpoint, whole.</summary>
    /// <exception cref="LostException">A part is missing or damaged.</exception>
    public async Task<Snapshot> ReadAsync(string job, string run, long superstep, CancellationToken cancellationToken)
    {
        var parts = new List<Snapshot>();
        var wanted = 1;
        await foreach (var blob in store.ListAsync(JobFiles.Container, SimulationFiles.Checkpoint(job, run, superstep), cancellationToken))
        {
            wanted = int.Parse(blob.Path.AsSpan(blob.Path.LastIndexOf('-') + 1), System.Globalization.CultureInfo.InvariantCulture);
            parts.Add(await store.TryReadAsync(blob.Path, cancellationToken) is { } bytes && SnapshotFormat.Read(bytes) is { } part
                ? part
                : throw new LostException($"The checkpoint {blob.Container}/{blob.Path} is damaged.", checkpoint: true));
        }
        return parts.Count == wanted
            ? Snapshot.Join(parts)
            : throw new LostException($"The checkpoint of superstep {superstep} has {parts.Count} of its parts.", checkpoint: true);
    }

    /// <summary>Names the job's last whole checkpoint.</summary>
    public Task AnnounceAsync(string job, CheckpointNote note, CancellationToken cancellationToken) =>
        store.WriteAsync(SimulationFiles.LastCheckpoint(job), JsonSerializer.SerializeToUtf8Bytes(note, Responses.Json), cancellationToken);

    /// <summary>The job's last whole checkpoint; null where there is none.</summary>
    public async Task<CheckpointNote?> LastAsync(string job, CancellationToken cancellationToken) =>
        await store.TryReadAsync(SimulationFiles.LastCheckpoint(job), cancellationToken) is { } json ? JsonSerializer.Deserialize<CheckpointNote>(json, Responses.Json) : null;

    /// <summary>A job's last whole checkpoint.</summary>
    internal sealed record CheckpointNote(string Run, string Program, long Superstep, int InnerSteps);
}
