using System.Buffers.Binary;

namespace Pipeline.Grid.Applications.Signal;

/// <summary>A WAV file with two channels of 16 bits, as receivers record baseband: in phase on the left, in quadrature on the right.</summary>
/// <param name="Rate">Samples a second.</param>
/// <param name="Offset">Where the samples begin in the file.</param>
/// <param name="Count">How many samples there are.</param>
internal sealed record WavFile(int Rate, long Offset, long Count)
{
    /// <summary>Bytes of a sample of both channels.</summary>
    public const int Frame = 4;

    /// <summary>The longest file, in bytes: the format's own bound.</summary>
    public const long MaxBytes = uint.MaxValue;

    private const int MostChunks = 100;

    /// <summary>Reads the header.</summary>
    /// <exception cref="InvalidDataException">It is no such file.</exception>
    public static WavFile Open(Stream stream, string file)
    {
        var head = new byte[12];
        if (stream.ReadAtLeast(head, 12, throwOnEndOfStream: false) < 12 || !head.AsSpan(0, 4).SequenceEqual("RIFF"u8) || !head.AsSpan(8, 4).SequenceEqual("WAVE"u8))
            throw Wrong(file, "it does not begin as one");
        var (rate, chunk) = (0, new byte[8]);
        for (var chunks = 0; chunks < MostChunks && stream.ReadAtLeast(chunk, 8, throwOnEndOfStream: false) == 8; chunks++)
        {
            var length = BinaryPrimitives.ReadUInt32LittleEndian(chunk.AsSpan(4));
            if (chunk.AsSpan(0, 4).SequenceEqual("data"u8))
            {
                var whole = Math.Min(length, stream.Length - stream.Position) / Frame;
                return rate > 0 && whole > 0 ? new WavFile(rate, stream.Position, whole) : throw Wrong(file, rate > 0 ? "there are no samples in it" : "its samples stand before their format");
            }
            var next = stream.Position + length + (length & 1);
            if (chunk.AsSpan(0, 4).SequenceEqual("fmt "u8))
                rate = Format(stream, length, file);
            if (next > stream.Length)
                break;
            stream.Position = next;
        }
        throw Wrong(file, "it has no samples");
    }

    /// <summary>A stretch of it.</summary>
    public Samples Read(Stream stream, long first, int count)
    {
        var bytes = new byte[count * Frame];
        stream.Position = Offset + first * Frame;
        stream.ReadExactly(bytes);
        var (real, imaginary) = (new double[count], new double[count]);
        for (var i = 0; i < count; i++)
        {
            real[i] = BinaryPrimitives.ReadInt16LittleEndian(bytes.AsSpan(i * Frame)) / 32_768.0;
            imaginary[i] = BinaryPrimitives.ReadInt16LittleEndian(bytes.AsSpan(i * Frame + 2)) / 32_768.0;
        }
        return new Samples(real, imaginary);
    }

    private static int Format(Stream stream, uint length, string file)
    {
        var format = new byte[16];
        if (length < 16 || stream.ReadAtLeast(format, 16, throwOnEndOfStream: false) < 16)
            throw Wrong(file, "its format is cut off");
        var (channels, bits) = (BinaryPrimitives.ReadUInt16LittleEndian(format.AsSpan(2)), BinaryPrimitives.ReadUInt16LittleEndian(format.AsSpan(14)));
        var (kind, rate) = (BinaryPrimitives.ReadUInt16LittleEndian(format), BinaryPrimitives.ReadUInt32LittleEndian(format.AsSpan(4)));
        if (kind is not (1 or 0xFFFE) || channels != 2 || bits != 16 || rate is 0 or > 1_000_000_000)
            throw Wrong(file, $"it has {channels} channels of {bits} bits; two of 16 bits are read, in phase and in quadrature");
        return (int)rate;
    }

    private static InvalidDataException Wrong(string file, string what) => new($"'{file}' is no WAV file that can be searched: {what}.");
}
