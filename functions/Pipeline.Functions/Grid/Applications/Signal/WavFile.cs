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

    /// <summary>How many bytes from the file's beginning its header must stand in.</summary>
    public const int HeadBytes = 64 * 1024;

    /// <summary>Reads the header.</summary>
    /// <param name="head">The file's first bytes: all, or <see cref="HeadBytes"/>.</param>
    /// <param name="length">How many bytes the file has.</param>
    /// <param name="file">The file, for errors.</param>
    /// <exception cref="InvalidDataException">It is no such file.</exception>
    public static WavFile Parse(ReadOnlySpan<byte> head, long length, string file)
    {
        if (head.Length < 12 || !head.StartsWith("RIFF"u8) || !head[8..].StartsWith("WAVE"u8))
            throw Wrong(file, "it does not begin as one");
        var rate = 0;
        for (var at = 12L; at + 8 <= head.Length;)
        {
            var chunk = head[(int)at..];
            at += 8;
            var size = BinaryPrimitives.ReadUInt32LittleEndian(chunk[4..]);
            if (chunk.StartsWith("data"u8))
            {
                var whole = Math.Min(size, length - at) / Frame;
                return rate > 0 && whole > 0 ? new WavFile(rate, at, whole) : throw Wrong(file, rate > 0 ? "there are no samples in it" : "its samples stand before their format");
            }
            if (chunk.StartsWith("fmt "u8))
                rate = Format(chunk[8..], size, file);
            at += size + (size & 1);
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

    private static int Format(ReadOnlySpan<byte> format, uint length, string file)
    {
        if (length < 16 || format.Length < 16)
            throw Wrong(file, "its format is cut off");
        var (channels, bits) = (BinaryPrimitives.ReadUInt16LittleEndian(format[2..]), BinaryPrimitives.ReadUInt16LittleEndian(format[14..]));
        var (kind, rate) = (BinaryPrimitives.ReadUInt16LittleEndian(format), BinaryPrimitives.ReadUInt32LittleEndian(format[4..]));
        if (kind is not (1 or 0xFFFE) || channels != 2 || bits != 16 || rate is 0 or > 1_000_000_000)
            throw Wrong(file, $"it has {channels} channels of {bits} bits; two of 16 bits are read, in phase and in quadrature");
        return (int)rate;
    }

    private static InvalidDataException Wrong(string file, string what) => new($"'{file}' is no WAV file that can be searched: {what}.");
}
