using System.Runtime.InteropServices;

namespace Pipeline.Training;

/// <summary>All that a training has learnt up to a round: with the spec and the data, everything that follows is determined by it. All
/// randomness follows from the seed and the place in the training, so there is no generator to be kept.</summary>
/// <param name="Round">How many rounds are done.</param>
/// <param name="Weights">The network's weights.</param>
/// <param name="Buffers">The network's buffers.</param>
/// <param name="Slots">What the optimiser keeps: none, or as many numbers as there are weights, once or twice.</param>
internal sealed record TrainState(int Round, float[] Weights, float[] Buffers, float[][] Slots)
{
    /// <summary>The state before the first round.</summary>
    public static TrainState First(TrainingSpec spec, Network network) => new(
        0, network.FirstWeights(spec.Seed), network.FirstBuffers(), [.. Enumerable.Range(0, spec.Optimizer.Slots()).Select(_ => new float[network.WeightCount])]);

    /// <summary>As a checkpoint.</summary>
    public byte[] ToBytes() => SealedBytes.Write("PLCP"u8, (((Slots.Length + 1) * Weights.Length) + Buffers.Length) * sizeof(float), writer =>
    {
        writer.Write(Round);
        writer.Write(Slots.Length);
        foreach (var values in Slots.Prepend(Buffers).Prepend(Weights))
        {
            writer.Write(values.Length);
            writer.Write(MemoryMarshal.AsBytes(values.AsSpan()));
        }
    });

    /// <summary>From a checkpoint.</summary>
    /// <exception cref="InvalidDataException">It is damaged.</exception>
    public static TrainState FromBytes(byte[] bytes)
    {
        using var reader = SealedBytes.Read("PLCP"u8, bytes);
        var round = reader.ReadInt32();
        var slots = reader.ReadInt32();
        var vectors = Enumerable.Range(0, slots + 2).Select(_ => reader.ReadFloats(reader.ReadInt32())).ToList();
        return new TrainState(round, vectors[0], vectors[1], [.. vectors.Skip(2)]);
    }
}
