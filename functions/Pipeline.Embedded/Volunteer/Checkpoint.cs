using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Pipeline.Embedded.Volunteer;

/// <summary>A running task as it is saved: what it has cost and the computation's own state, behind a checksum, so that a damaged one is
/// not taken for sound.</summary>
/// <param name="CpuSeconds">Processor time so far.</param>
/// <param name="ElapsedSeconds">Time so far, pauses left out.</param>
/// <param name="State">What the computation gave.</param>
internal sealed record Checkpoint(double CpuSeconds, double ElapsedSeconds, ReadOnlyMemory<byte> State)
{
    private const int HeaderBytes = SHA256.HashSizeInBytes + 2 * sizeof(double);

    public void Save(string path)
    {
        var bytes = new byte[HeaderBytes + State.Length];
        BinaryPrimitives.WriteDoubleLittleEndian(bytes.AsSpan(SHA256.HashSizeInBytes), CpuSeconds);
        BinaryPrimitives.WriteDoubleLittleEndian(bytes.AsSpan(SHA256.HashSizeInBytes + sizeof(double)), ElapsedSeconds);
        State.Span.CopyTo(bytes.AsSpan(HeaderBytes));
        SHA256.HashData(bytes.AsSpan(SHA256.HashSizeInBytes), bytes);
        AtomicFile.Write(path, bytes);
    }

    /// <summary>The saved task; null where there is none, or a damaged one.</summary>
    public static Checkpoint? TryLoad(string path)
    {
        if (AtomicFile.TryRead(path) is not { Length: >= HeaderBytes } bytes || !SHA256.HashData(bytes.AsSpan(SHA256.HashSizeInBytes)).AsSpan().SequenceEqual(bytes.AsSpan(0, SHA256.HashSizeInBytes)))
            return null;
        return new Checkpoint(
            BinaryPrimitives.ReadDoubleLittleEndian(bytes.AsSpan(SHA256.HashSizeInBytes)),
            BinaryPrimitives.ReadDoubleLittleEndian(bytes.AsSpan(SHA256.HashSizeInBytes + sizeof(double))),
            bytes.AsMemory(HeaderBytes));
    }
}
