namespace Pipeline.Training;

/// <summary>The state of one worker in memory.</summary>
internal sealed class WarmWorker : IDisposable
{
    /// <summary>The network as of some round; null before the first.</summary>
    public Replica? Replica { get; set; }

    /// <summary>Samples by the number of their shard.</summary>
    public Dictionary<int, Samples> Shards { get; } = [];

    /// <summary>Validation samples by the number of their part.</summary>
    public Dictionary<int, Samples> Validation { get; } = [];

    /// <summary>The order of a shard's samples in an epoch.</summary>
    public Dictionary<int, (int Epoch, int[] Order)> Orders { get; } = [];

    /// <summary>What its last contribution left out, and in which round that was.</summary>
    public (int Round, float[] Values)? Residual { get; set; }

    /// <summary>About how large it is.</summary>
    public long Bytes => (Replica?.Bytes ?? 0) + Shards.Values.Concat(Validation.Values).Sum(s => (long)s.Count * s.Stride) + ((Residual?.Values.Length ?? 0) * sizeof(float));

    /// <inheritdoc/>
    public void Dispose() => Replica?.Dispose();
}
