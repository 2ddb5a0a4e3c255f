using System.Runtime.InteropServices;

namespace Pipeline.Training;

/// <summary>What a network said of validation samples, beside what was right.</summary>
/// <param name="Outputs">How many numbers it gave for each.</param>
/// <param name="Labels">The labels: the number of the class, or the quantity in its own unit.</param>
/// <param name="Values">The numbers, sample by sample: a score for each class, or the quantity in its own unit.</param>
/// <param name="Loss">The sum of the losses.</param>
internal sealed record Predictions(int Outputs, float[] Labels, float[] Values, double Loss)
{
    public int Count => Labels.Length;

    /// <summary>The scores of a sample's classes.</summary>
    public ReadOnlySpan<float> Of(int sample) => Values.AsSpan(sample * Outputs, Outputs);

    /// <summary>The class with the highest score.</summary>
    public int ClassOf(int sample) => System.Numerics.Tensors.TensorPrimitives.IndexOfMax(Of(sample));

    /// <summary>How sure the network is of each class: what is given to scores by softmax.</summary>
    public double[] Shares(int sample)
    {
        var scores = Of(sample).ToArray();
        var most = scores.Max();
        var powers = Array.ConvertAll(scores, s => Math.Exp(s - most));
        var sum = powers.Sum();
        return Array.ConvertAll(powers, p => p / sum);
    }

    /// <summary>Predictions from a network's own outputs and targets.</summary>
    public static Predictions Of(string trainedWith, int outputs, float[] targets, float[] values, Scaling scaling, double loss)
    {
        return trainedWith switch
        {
            "cross-entropy" => new Predictions(outputs, targets, values, loss),
            // One score that speaks for the second class is two that speak for either.
            "bce" => new Predictions(2, targets, [.. values.SelectMany(v => new[] { -v / 2, v / 2 })], loss),
            _ => new Predictions(1, Array.ConvertAll(targets, Unscaled), Array.ConvertAll(values, Unscaled), loss),
        };

        float Unscaled(float value) => (float)((value * scaling.LabelDeviation) + scaling.LabelMean);
    }

    public static Predictions Join(IReadOnlyList<Predictions> parts) =>
        new(parts[0].Outputs, [.. parts.SelectMany(p => p.Labels)], [.. parts.SelectMany(p => p.Values)], parts.Sum(p => p.Loss));

    public byte[] ToBytes() => SealedBytes.Write("PLPR"u8, 0, writer =>
    {
        writer.Write(Outputs);
        writer.Write(Loss);
        writer.Write(Labels.Length);
        writer.Write(MemoryMarshal.AsBytes(Labels.AsSpan()));
        writer.Write(MemoryMarshal.AsBytes(Values.AsSpan()));
    });

    /// <exception cref="InvalidDataException">It is damaged.</exception>
    public static Predictions FromBytes(byte[] bytes)
    {
        using var reader = SealedBytes.Read("PLPR"u8, bytes);
        var (outputs, loss, count) = (reader.ReadInt32(), reader.ReadDouble(), reader.ReadInt32());
        return new Predictions(outputs, reader.ReadFloats(count), reader.ReadFloats(count * outputs), loss);
    }
}
