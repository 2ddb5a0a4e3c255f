using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Pipeline.Simulation.Ranks;

namespace Pipeline.Simulation.Running;

/// <summary>What the ranks of one host send those of another in a superstep, as bytes: a header, the messages and the collectives, and
/// a checksum of all before it.</summary>
internal static class MessageFormat
{
    private const uint Magic = 0x314D4C50; // "PLM1"

    public static byte[] Write(Mailboxes mailboxes, long superstep, int from, int to, Func<int, int> hostOf)
    {
        using var stream = new MemoryStream(4096);
        using var writer = new BinaryWriter(stream);
        writer.Write(Magic);
        writer.Write(superstep);
        writer.Write(from);
        writer.Write(to);
        foreach (var (key, buffer) in mailboxes.Messages(superstep))
        {
            if (hostOf(key.From) == from && hostOf(key.To) == to)
                Write(writer, key.From, key.To, key.Tag, 0, 0, 0, buffer);
        }
        foreach (var (tag, round) in mailboxes.Rounds(superstep))
        {
            for (var rank = 0; rank < round.Of.Length; rank++)
            {
                var own = round.Of[rank];
                if (hostOf(rank) == from && own.Data.Superstep == superstep)
                    Write(writer, rank, -1, tag, (int)own.Kind, (int)own.Operation, own.Root, own.Data);
            }
        }
        writer.Flush();
        writer.Write(Checksum.Of(stream.GetBuffer().AsSpan(0, (int)stream.Length)));
        writer.Flush();
        return stream.ToArray();
    }

    /// <summary>Puts what was sent into the mailboxes.</summary>
    /// <returns>False where the bytes are not what that host sent in that superstep, whole and undamaged.</returns>
    public static bool Read(ReadOnlySpan<byte> bytes, Mailboxes mailboxes, long superstep, int from, int to)
    {
        if (bytes.Length < 24 || Checksum.Of(bytes[..^sizeof(uint)]) != Take<uint>(bytes[^sizeof(uint)..]))
            return false;
        if (Take<uint>(bytes) != Magic || Take<long>(bytes[4..]) != superstep || Take<int>(bytes[12..]) != from || Take<int>(bytes[16..]) != to)
            return false;
        bytes = bytes[20..^sizeof(uint)];
        while (bytes.Length > 0)
        {
            var header = MemoryMarshal.Read<Header>(bytes);
            bytes = bytes[Unsafe.SizeOf<Header>()..];
            MessageBuffer buffer;
            if (header.To >= 0)
            {
                buffer = mailboxes.Message(superstep, header.From, header.To, header.Tag);
            }
            else
            {
                var own = mailboxes.Round(superstep, header.Tag).Of[header.From];
                own.Set((Collective)header.Kind, (ReduceOperation)header.Operation, header.Root);
                buffer = own.Data;
            }
            bytes[..header.Length].CopyTo(buffer.Reserve(superstep, header.Length, header.Type));
            bytes = bytes[header.Length..];
        }
        return true;
    }

    private static T Take<T>(ReadOnlySpan<byte> bytes) where T : unmanaged => MemoryMarshal.Read<T>(bytes);

    private static void Write(BinaryWriter writer, int from, int to, int tag, int kind, int operation, int root, MessageBuffer buffer)
    {
        var header = new Header(from, to, tag, kind, operation, root, buffer.Type, buffer.Length);
        writer.Write(MemoryMarshal.AsBytes(new ReadOnlySpan<Header>(in header)));
        writer.Write(buffer.Bytes);
    }

    private readonly record struct Header(int From, int To, int Tag, int Kind, int Operation, int Root, int Type, int Length);
}
