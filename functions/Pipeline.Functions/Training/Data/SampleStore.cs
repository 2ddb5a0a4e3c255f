using System.Security.Cryptography;
using Pipeline.Jobs;
using Pipeline.Storage;

namespace Pipeline.Training;

/// <summary>Loads shards of prepared samples. What was damaged or lost is made again from the dataset.</summary>
public sealed class SampleStore(IObjectStore store, SamplePreparer preparer)
{
    /// <summary>The samples of a shard.</summary>
    internal async Task<Samples> LoadAsync(TrainingPlan plan, TrainingRun run, DataShard shard, CancellationToken cancellationToken)
    {
        var samples = SampleReader.Empty(plan.Spec.Data);
        foreach (var piece in shard.Pieces)
        {
            var bytes = await ReadAsync(run, piece, cancellationToken);
            if (bytes is null)
            {
                await preparer.PrepareAsync(plan, run, piece.Task, cancellationToken);
                bytes = await ReadAsync(run, piece, cancellationToken)
                    ?? throw new TrainingException($"{JobFiles.Container}/{run.Data(piece.Task)} was damaged, and what the dataset gives now is something else.", "Submit the job again.");
            }
            samples.AddBytes(bytes);
        }
        return samples;
    }

    private async Task<byte[]?> ReadAsync(TrainingRun run, DataPiece piece, CancellationToken cancellationToken)
    {
        var bytes = new byte[piece.Length];
        try
        {
            var read = await store.ReadRangeAsync(JobFiles.Container, run.Data(piece.Task), piece.Offset, bytes, null, cancellationToken);
            return read == bytes.Length && Convert.ToHexStringLower(SHA256.HashData(bytes)) == piece.Checksum ? bytes : null;
        }
        catch (ObjectNotFoundException)
        {
            return null;
        }
    }
}
