using System.Globalization;
using Pipeline.Jobs;
using Pipeline.Storage;

namespace Pipeline.Training;

/// <summary>Checkpoints and contributions of a run, in blobs. What is damaged counts as missing.</summary>
public sealed class TrainingState(IObjectStore store)
{
    internal Task WriteAsync(string path, byte[] bytes, CancellationToken cancellationToken) =>
        store.WriteAsync(JobFiles.Container, path, new MemoryStream(bytes), WriteCondition.None, cancellationToken);

    /// <summary>A checkpoint; null where it is missing or damaged.</summary>
    internal async Task<TrainState?> ReadCheckpointAsync(string path, CancellationToken cancellationToken) =>
        await ReadAsync(path, cancellationToken) is { } bytes ? Try(() => TrainState.FromBytes(bytes)) : null;

    /// <summary>The newest sound checkpoint at or before a round.</summary>
    internal async Task<TrainState> NewestCheckpointAsync(TrainingRun run, int round, CancellationToken cancellationToken)
    {
        var rounds = await RoundsAsync(run.Checkpoints, cancellationToken);
        foreach (var found in rounds.Where(r => r <= round).OrderDescending())
        {
            if (await ReadCheckpointAsync(run.Checkpoint(found), cancellationToken) is { } state)
                return state;
        }
        throw new TrainingException($"There is no sound checkpoint in {JobFiles.Container}/{run.Checkpoints}.", "Submit the job again.");
    }

    /// <summary>Pieces, and their bytes; null where they are missing or damaged.</summary>
    internal async Task<(IReadOnlyList<Piece> Pieces, int Bytes)?> ReadPiecesAsync(string path, CancellationToken cancellationToken)
    {
        if (await ReadAsync(path, cancellationToken) is not { } bytes)
            return null;
        return Try(() => Contribution.FromBytes(bytes)) is { } pieces ? (pieces, bytes.Length) : null;
    }

    /// <summary>A flat vector; null where it is missing or damaged.</summary>
    internal async Task<float[]?> ReadVectorAsync(string path, CancellationToken cancellationToken) =>
        await ReadAsync(path, cancellationToken) is { } bytes ? Try(() => FlatVector.FromBytes(bytes)) : null;

    /// <summary>The rounds of which there are blobs in a folder, ascending.</summary>
    internal async Task<IReadOnlyList<int>> RoundsAsync(string folder, CancellationToken cancellationToken)
    {
        var rounds = new List<int>();
        await foreach (var blob in store.ListAsync(JobFiles.Container, folder, cancellationToken))
        {
            if (int.TryParse(Path.GetFileNameWithoutExtension(blob.Path), NumberStyles.None, CultureInfo.InvariantCulture, out var round))
                rounds.Add(round);
        }
        return rounds;
    }

    internal Task DeleteAsync(string path, CancellationToken cancellationToken) => store.DeleteAsync(JobFiles.Container, path, cancellationToken);

    /// <summary>Removes what a later checkpoint has made superfluous.</summary>
    internal async Task RemoveAsync(string prefix, CancellationToken cancellationToken)
    {
        await foreach (var blob in store.ListAsync(JobFiles.Container, prefix, cancellationToken))
            await store.DeleteAsync(JobFiles.Container, blob.Path, cancellationToken);
    }

    private Task<byte[]?> ReadAsync(string path, CancellationToken cancellationToken) => store.TryReadAllAsync(JobFiles.Container, path, cancellationToken);

    private static T? Try<T>(Func<T> read)
        where T : class
    {
        try
        {
            return read();
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException)
        {
            return null;
        }
    }
}
