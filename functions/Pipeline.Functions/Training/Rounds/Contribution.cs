using System.Numerics.Tensors;
using System.Runtime.InteropServices;

namespace Pipeline.Training;

/// <summary>What a worker sends in a round, as a blob: pieces whose first values are encoded as the spec says, checksummed.</summary>
internal static class Contribution
{
    private const byte Exact = 0;
    private const byte Half = 1;
    private const byte Largest = 2;

    /// <summary>Encodes pieces.</summary>
    /// <param name="pieces">The pieces.</param>
    /// <param name="exchange">How. All but the exact encoding take one piece.</param>
    /// <param name="encoded">How many values at the front of each are encoded so; those behind are exact.</param>
    /// <param name="residual">What <c>top-k</c> left out earlier, a value for each of these; it is changed to what is left out now.</param>
    public static byte[] ToBytes(IReadOnlyList<Piece> pieces, ExchangeSpec exchange, int encoded, float[]? residual = null) => SealedBytes.Write("PLGR"u8, pieces.Sum(p => (p.Values.Length * sizeof(float)) + 64), writer =>
    {
        writer.Write(pieces.Count);
        foreach (var piece in pieces)
        {
            writer.Write(piece.Low);
            writer.Write(piece.High);
            writer.Write(piece.Weight);
            writer.Write(piece.Loss);
            writer.Write(piece.Values.Length);
            var front = exchange.Encoding == "fp32" ? 0 : encoded;
            writer.Write(front);
            switch (exchange.Encoding)
            {
                case "fp16":
                    writer.Write(Half);
                    WriteHalf(writer, piece, front);
                    break;
                case "top-k":
                    writer.Write(Largest);
                    WriteLargest(writer, piece, front, exchange.Share, residual ?? new float[front]);
                    break;
                default:
                    writer.Write(Exact);
                    break;
            }
            writer.Write(MemoryMarshal.AsBytes(piece.Values.AsSpan(front)));
        }
    });

    /// <summary>Decodes pieces.</summary>
    /// <exception cref="InvalidDataException">It is damaged.</exception>
    public static IReadOnlyList<Piece> FromBytes(byte[] bytes)
    {
        using var reader = SealedBytes.Read("PLGR"u8, bytes);
        var pieces = new Piece[reader.ReadInt32()];
        for (var i = 0; i < pieces.Length; i++)
        {
            var piece = new Piece(reader.ReadInt32(), reader.ReadInt32(), reader.ReadDouble(), reader.ReadDouble(), new float[reader.ReadInt32()]);
            var front = reader.ReadInt32();
            switch (reader.ReadByte())
            {
                case Half:
                    ReadHalf(reader, piece, front);
                    break;
                case Largest:
                    for (var left = reader.ReadInt32(); left > 0; left--)
                        piece.Values[reader.ReadInt32()] = (float)(reader.ReadSingle() * piece.Weight);
                    break;
            }
            reader.BaseStream.ReadExactly(MemoryMarshal.AsBytes(piece.Values.AsSpan(front)));
            pieces[i] = piece;
        }
        return pieces;
    }

    // Means and not sums: sums of many samples leave the range of half precision.
    private static void WriteHalf(BinaryWriter writer, Piece piece, int count)
    {
        var (means, halves) = (Means(piece, count), new Half[count]);
        TensorPrimitives.ConvertToHalf(means, halves);
        writer.Write(MemoryMarshal.AsBytes(halves.AsSpan()));
    }

    private static void ReadHalf(BinaryReader reader, Piece piece, int count)
    {
        var halves = new Half[count];
        reader.BaseStream.ReadExactly(MemoryMarshal.AsBytes(halves.AsSpan()));
        var values = piece.Values.AsSpan(0, count);
        TensorPrimitives.ConvertToSingle(halves, values);
        TensorPrimitives.Multiply(values, (float)piece.Weight, values);
    }

    // Error feedback (Seide et al. 2014; Stich et al. 2018): what is left out is not lost, but sent when it has grown.
    private static void WriteLargest(BinaryWriter writer, Piece piece, int count, double share, float[] residual)
    {
        var values = Means(piece, count);
        TensorPrimitives.Add(values, residual, values);
        // A worker without samples in this round has no weight: what it sent would be lost.
        var kept = piece.Weight == 0 ? 0 : Math.Max(1, (int)Math.Ceiling(share * count));
        if (kept == 0)
        {
            writer.Write(0);
            return;
        }
        var magnitudes = new float[count];
        TensorPrimitives.Abs(values, magnitudes);
        var bits = MemoryMarshal.Cast<float, uint>(magnitudes);
        // Of equal ones at the edge the first are taken, so that it is the same each time.
        var (least, atEdge) = Threshold(bits, kept);
        writer.Write(kept);
        for (var i = 0; i < count; i++)
        {
            residual[i] = values[i];
            if (bits[i] < least || (bits[i] == least && atEdge-- <= 0))
                continue;
            writer.Write(i);
            writer.Write(values[i]);
            residual[i] = 0;
        }
    }

    /// <summary>The least of the n largest magnitudes, and how many of its equals are among them. Found by counting, as sorting all of them
    /// took longer than everything else. Floats without a sign have the order of their bits.</summary>
    private static (uint Least, int AtEdge) Threshold(ReadOnlySpan<uint> bits, int n)
    {
        var counts = new int[1 << 16];
        foreach (var value in bits)
            counts[value >> 16]++;
        var (high, left) = Descend(counts, n);
        Array.Clear(counts);
        foreach (var value in bits)
        {
            if (value >> 16 == high)
                counts[value & 0xffff]++;
        }
        var (low, atEdge) = Descend(counts, left);
        return ((high << 16) | low, atEdge);
    }

    // Where the n-th from above is, and how far into it.
    private static (uint Bucket, int Left) Descend(int[] counts, int n)
    {
        var bucket = counts.Length - 1;
        for (; counts[bucket] < n; bucket--)
            n -= counts[bucket];
        return ((uint)bucket, n);
    }

    private static float[] Means(Piece piece, int count)
    {
        var means = new float[count];
        TensorPrimitives.Divide(piece.Values.AsSpan(0, count), (float)Math.Max(1, piece.Weight), means);
        return means;
    }
}
