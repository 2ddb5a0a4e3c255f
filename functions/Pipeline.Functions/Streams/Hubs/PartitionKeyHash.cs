using System.Buffers.Binary;
using System.Numerics;

namespace Pipeline.Streams;

/// <summary>
/// Which partition a key belongs to, as the official clients reckon it: Bob Jenkins's lookup3 hash (2006) of the key's UTF-8,
/// cut to 16 bits.
/// </summary>
internal static class PartitionKeyHash
{
    /// <summary>The partition of a key, from 0.</summary>
    public static int Partition(ReadOnlySpan<byte> key, int partitionCount) => Math.Abs(Hash(key) % partitionCount);

    /// <summary>The hash of a key.</summary>
    public static short Hash(ReadOnlySpan<byte> key)
    {
        uint a, b, c;
        a = b = c = 0xdeadbeef + (uint)key.Length;
        while (key.Length > 12)
        {
            Add(key, ref a, ref b, ref c);
            Mix(ref a, ref b, ref c);
            key = key[12..];
        }

        if (key.Length > 0)
        {
            Span<byte> tail = stackalloc byte[12];
            tail.Clear();
            key.CopyTo(tail);
            Add(tail, ref a, ref b, ref c);
            Finish(ref a, ref b, ref c);
        }

        return unchecked((short)(c ^ b));
    }

    private static void Add(ReadOnlySpan<byte> block, ref uint a, ref uint b, ref uint c)
    {
        a += BinaryPrimitives.ReadUInt32LittleEndian(block);
        b += BinaryPrimitives.ReadUInt32LittleEndian(block[4..]);
        c += BinaryPrimitives.ReadUInt32LittleEndian(block[8..]);
    }

    private static void Mix(ref uint a, ref uint b, ref uint c)
    {
        a -= c; a ^= BitOperations.RotateLeft(c, 4); c += b;
        b -= a; b ^= BitOperations.RotateLeft(a, 6); a += c;
        c -= b; c ^= BitOperations.RotateLeft(b, 8); b += a;
        a -= c; a ^= BitOperations.RotateLeft(c, 16); c += b;
        b -= a; b ^= BitOperations.RotateLeft(a, 19); a += c;
        c -= b; c ^= BitOperations.RotateLeft(b, 4); b += a;
    }

    private static void Finish(ref uint a, ref uint b, ref uint c)
    {
        c ^= b; c -= BitOperations.RotateLeft(b, 14);
        a ^= c; a -= BitOperations.RotateLeft(c, 11);
        b ^= a; b -= BitOperations.RotateLeft(a, 25);
        c ^= b; c -= BitOperations.RotateLeft(b, 16);
        a ^= c; a -= BitOperations.RotateLeft(c, 4);
        b ^= a; b -= BitOperations.RotateLeft(a, 14);
        c ^= b; c -= BitOperations.RotateLeft(b, 24);
    }
}
