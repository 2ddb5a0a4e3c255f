using System.Runtime.InteropServices;

namespace Pipeline.Training;

/// <summary>A vector as a blob.</summary>
internal static class FlatVector
{
    public static byte[] ToBytes(float[] values) => SealedBytes.Write("PLFV"u8, values.Length * sizeof(float), writer =>
    {
        writer.Write(values.Length);
        writer.Write(MemoryMarshal.AsBytes(values.AsSpan()));
    });

    /// <exception cref="InvalidDataException">It is damaged.</exception>
    public static float[] FromBytes(byte[] bytes)
    {
        using var reader = SealedBytes.Read("PLFV"u8, bytes);
        return reader.ReadFloats(reader.ReadInt32());
    }
}
