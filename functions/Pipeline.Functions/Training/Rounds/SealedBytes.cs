using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Pipeline.Training;

/// <summary>Small binary documents with a mark in front and a checksum (SHA-256) behind, so that damage never goes unnoticed.</summary>
internal static class SealedBytes
{
    /// <param name="mark">What it is.</param>
    /// <param name="capacity">About how many bytes that will be.</param>
    /// <param name="write">Writes what it says.</param>
    public static byte[] Write(ReadOnlySpan<byte> mark, int capacity, Action<BinaryWriter> write)
    {
        using var stream = new MemoryStream(capacity + 256);
        stream.Write(mark);
        using (var writer = new BinaryWriter(stream, System.Text.Encoding.UTF8, leaveOpen: true))
            write(writer);
        stream.Write(SHA256.HashData(stream.GetBuffer().AsSpan(0, (int)stream.Length)));
        return stream.ToArray();
    }

    /// <exception cref="InvalidDataException">It is damaged, or something else.</exception>
    public static BinaryReader Read(ReadOnlySpan<byte> mark, byte[] bytes)
    {
        var end = bytes.Length - SHA256.HashSizeInBytes;
        if (end < mark.Length || !bytes.AsSpan(0, mark.Length).SequenceEqual(mark) || !SHA256.HashData(bytes.AsSpan(0, end)).AsSpan().SequenceEqual(bytes.AsSpan(end)))
            throw new InvalidDataException("Its checksum does not fit its bytes.");
        return new BinaryReader(new MemoryStream(bytes, mark.Length, end - mark.Length));
    }

    public static float[] ReadFloats(this BinaryReader reader, int count)
    {
        var values = new float[count];
        reader.BaseStream.ReadExactly(MemoryMarshal.AsBytes(values.AsSpan()));
        return values;
    }
}
