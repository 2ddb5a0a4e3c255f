using System.Buffers.Binary;
using System.Numerics;

namespace Pipeline.Grid.Applications.Signal;

/// <summary>The input of a work unit: a block of a recording, and what is looked for in it.</summary>
/// <param name="Rate">Samples a second.</param>
/// <param name="First">The block's first sample in the recording.</param>
/// <param name="Count">The block's samples: a power of two.</param>
/// <param name="Transforms">Lengths of transforms.</param>
/// <param name="FirstDrift">The first drift rate, in steps.</param>
/// <param name="Drifts">How many drift rates.</param>
/// <param name="DriftStep">The step between drift rates, in Hz a second.</param>
/// <param name="Spike">The threshold of spikes.</param>
/// <param name="Gaussian">The threshold of gaussians.</param>
/// <param name="Synthetic">The recording, where it is synthetic.</param>
/// <param name="File">The shared file with the recording; where there is neither, the samples follow the document.</param>
internal sealed record SignalUnit(
    double Rate, long First, int Count, IReadOnlyList<int> Transforms, int FirstDrift, int Drifts, double DriftStep, double Spike, double Gaussian,
    SyntheticRecording? Synthetic = null, string? File = null)
{
    /// <summary>The longest block, in samples.</summary>
    public const int MaxBlock = 1 << 20;

    /// <summary>The shortest transform.</summary>
    public const int LeastTransform = 256;

    /// <summary>How many drift rates a unit may have.</summary>
    public const int MaxDrifts = 10_000;

    /// <summary>The document's length, the document, and the samples if there are any, as pairs of floats.</summary>
    public byte[] Write(Samples? samples = null)
    {
        var document = UnitJson.Write(this);
        var input = new byte[4 + document.Length + (samples is null ? 0 : Count * 8)];
        BinaryPrimitives.WriteInt32LittleEndian(input, document.Length);
        document.CopyTo(input, 4);
        for (var i = 0; samples is not null && i < Count; i++)
        {
            var at = input.AsSpan(4 + document.Length + i * 8);
            BinaryPrimitives.WriteSingleLittleEndian(at, (float)samples.InPhase[i]);
            BinaryPrimitives.WriteSingleLittleEndian(at[4..], (float)samples.Quadrature[i]);
        }
        return input;
    }

    /// <summary>Reads an input.</summary>
    /// <exception cref="InvalidDataException">It is damaged.</exception>
    public static (SignalUnit Unit, Samples? Samples) Parse(ReadOnlySpan<byte> input)
    {
        if (input.Length < 4 || BinaryPrimitives.ReadInt32LittleEndian(input) is var length && (length < 0 || length > input.Length - 4))
            throw new InvalidDataException("The work unit's input is cut off.");
        var unit = UnitJson.Read<SignalUnit>(input.Slice(4, length), "work unit's input");
        var rest = input[(4 + length)..];
        if (unit.Count < LeastTransform || unit.Count > MaxBlock || !BitOperations.IsPow2(unit.Count) || unit.First < 0 || unit.Rate is not (> 0 and <= 1e9)
            || unit.Transforms.Count is 0 or > 16 || unit.Transforms.Any(t => t < LeastTransform || t > unit.Count || !BitOperations.IsPow2(t)) || unit.Transforms.Distinct().Count() != unit.Transforms.Count
            || unit.Drifts is < 1 or > MaxDrifts || Math.Abs((long)unit.FirstDrift) > MaxDrifts || unit.DriftStep is not (> 0 and <= 1e6) || unit.Spike is not (> 0 and <= 1e9) || unit.Gaussian is not (> 0 and <= 1e9)
            || unit.Synthetic is not null && unit.File is not null || rest.Length != (unit.Synthetic is null && unit.File is null ? unit.Count * 8 : 0))
            throw new InvalidDataException("The work unit's input is damaged: what it asks for is out of bounds.");
        return (unit, rest.IsEmpty ? null : Pairs(rest));
    }

    private static Samples Pairs(ReadOnlySpan<byte> bytes)
    {
        var (real, imaginary) = (new double[bytes.Length / 8], new double[bytes.Length / 8]);
        for (var i = 0; i < real.Length; i++)
            (real[i], imaginary[i]) = (BinaryPrimitives.ReadSingleLittleEndian(bytes[(i * 8)..]), BinaryPrimitives.ReadSingleLittleEndian(bytes[(i * 8 + 4)..]));
        return real.Concat(imaginary).All(double.IsFinite) ? new Samples(real, imaginary) : throw new InvalidDataException("The work unit's input has samples that are no numbers.");
    }
}
