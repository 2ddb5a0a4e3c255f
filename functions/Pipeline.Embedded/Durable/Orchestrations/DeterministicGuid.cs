using System.Security.Cryptography;
using System.Text;

namespace Pipeline.Embedded.Durable;

/// <summary>Name-based GUIDs (RFC 9562, version 5): the same name gives the same GUID.</summary>
internal static class DeterministicGuid
{
    private static readonly Guid Space = new("8f5e2b1c-6a3d-4f0e-9b57-d41c7a90e6f2");

    public static Guid Create(string name)
    {
        Span<byte> hash = stackalloc byte[SHA1.HashSizeInBytes];
        var text = new byte[16 + Encoding.UTF8.GetByteCount(name)];
        Space.TryWriteBytes(text, bigEndian: true, out _);
        Encoding.UTF8.GetBytes(name, text.AsSpan(16));
#pragma warning disable CA5350 // Version 5 is defined by SHA-1; nothing secret hangs on it.
        SHA1.HashData(text, hash);
#pragma warning restore CA5350
        hash[6] = (byte)((hash[6] & 0x0F) | 0x50);
        hash[8] = (byte)((hash[8] & 0x3F) | 0x80);
        return new Guid(hash[..16], bigEndian: true);
    }
}
