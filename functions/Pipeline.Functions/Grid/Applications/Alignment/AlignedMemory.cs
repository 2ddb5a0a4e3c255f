using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Pipeline.Grid.Applications.Alignment;

/// <summary>Memory that begins with a cache line, so that no vector straddles two.</summary>
internal readonly struct AlignedMemory<T> where T : unmanaged
{
    private const int CacheLine = 64;
    private readonly byte[] _bytes;
    private readonly int _start;

    public AlignedMemory(int length)
    {
        Length = length;
        _bytes = GC.AllocateUninitializedArray<byte>(length * Unsafe.SizeOf<T>() + CacheLine, pinned: true);
        _start = (int)((CacheLine - Marshal.UnsafeAddrOfPinnedArrayElement(_bytes, 0) % CacheLine) % CacheLine);
    }

    public int Length { get; }

    public ref T Origin => ref Unsafe.As<byte, T>(ref _bytes[_start]);

    public Span<T> Span => MemoryMarshal.CreateSpan(ref Origin, Length);
}
