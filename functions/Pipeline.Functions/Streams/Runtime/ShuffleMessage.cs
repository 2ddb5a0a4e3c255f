using System.Buffers.Binary;
using System.Text;

namespace Pipeline.Streams;

/// <summary>What a partition of the input tells one partition of the shuffle about a commit: its watermark, and partial rows where there are any.</summary>
/// <param name="Stream">The stream.</param>
/// <param name="Generation">Its generation.</param>
/// <param name="Source">The partition that sends.</param>
/// <param name="Commit">Its commit. Each commit sends one message to every partition of the shuffle, so that none can be missing unnoticed.</param>
/// <param name="Watermark">Its watermark, in microseconds since 1970; null for none yet.</param>
/// <param name="Idle">Whether it is idle, so that it holds nobody back.</param>
/// <param name="Reference">Where the rows are in the container of states, if they are too large for a message.</param>
/// <param name="Rows">A Parquet file of partial rows; empty for none.</param>
internal sealed record ShuffleMessage(
    string Stream, int Generation, int Source, long Commit, long? Watermark, bool Idle, string? Reference, ReadOnlyMemory<byte> Rows)
{
    /// <summary>The most bytes of rows that go into a message; a hub takes messages of one megabyte.</summary>
    public const int MaxInlineBytes = 700 * 1024;

    private const byte Version = 1;
    private const int FixedBytes = 1 + 4 + 4 + 8 + 8 + 1;

    /// <summary>The message as bytes.</summary>
    public byte[] Encode()
    {
        var (stream, reference) = (Encoding.UTF8.GetBytes(Stream), Encoding.UTF8.GetBytes(Reference ?? ""));
        var bytes = new byte[FixedBytes + 4 + stream.Length + reference.Length + Rows.Length];
        var at = bytes.AsSpan();
        at[0] = Version;
        BinaryPrimitives.WriteInt32LittleEndian(at[1..], Generation);
        BinaryPrimitives.WriteInt32LittleEndian(at[5..], Source);
        BinaryPrimitives.WriteInt64LittleEndian(at[9..], Commit);
        BinaryPrimitives.WriteInt64LittleEndian(at[17..], Watermark ?? long.MinValue);
        at[25] = Idle ? (byte)1 : (byte)0;
        BinaryPrimitives.WriteUInt16LittleEndian(at[26..], (ushort)stream.Length);
        BinaryPrimitives.WriteUInt16LittleEndian(at[28..], (ushort)reference.Length);
        stream.CopyTo(at[30..]);
        reference.CopyTo(at[(30 + stream.Length)..]);
        Rows.Span.CopyTo(at[(30 + stream.Length + reference.Length)..]);
        return bytes;
    }

    /// <summary>Reads a message; null for what is none of ours.</summary>
    public static ShuffleMessage? Decode(ReadOnlyMemory<byte> bytes)
    {
        var at = bytes.Span;
        if (at.Length < FixedBytes + 4 || at[0] != Version)
            return null;
        int stream = BinaryPrimitives.ReadUInt16LittleEndian(at[26..]), reference = BinaryPrimitives.ReadUInt16LittleEndian(at[28..]);
        if (at.Length < 30 + stream + reference)
            return null;
        var watermark = BinaryPrimitives.ReadInt64LittleEndian(at[17..]);
        return new ShuffleMessage(
            Encoding.UTF8.GetString(at.Slice(30, stream)),
            BinaryPrimitives.ReadInt32LittleEndian(at[1..]),
            BinaryPrimitives.ReadInt32LittleEndian(at[5..]),
            BinaryPrimitives.ReadInt64LittleEndian(at[9..]),
            watermark == long.MinValue ? null : watermark,
            at[25] == 1,
            reference == 0 ? null : Encoding.UTF8.GetString(at.Slice(30 + stream, reference)),
            bytes[(30 + stream + reference)..]);
    }
}
