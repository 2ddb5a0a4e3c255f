using System.Runtime.InteropServices;
using System.Text;

namespace Pipeline.Simulation.Ranks;

/// <summary>The memory of a message that is sent again and again: it grows to the longest and is reused.</summary>
internal sealed class MessageBuffer
{
    private byte[] _data = [];

    /// <summary>The superstep that it was written in; an older one is no message any more.</summary>
    public long Superstep { get; private set; } = -1;

    public int Length { get; private set; }

    /// <summary>A name of the element's type.</summary>
    public int Type { get; private set; }

    public ReadOnlySpan<byte> Bytes => _data.AsSpan(0, Length);

    public void Write<T>(long superstep, ReadOnlySpan<T> data) where T : unmanaged => MemoryMarshal.AsBytes(data).CopyTo(Reserve(superstep, data.Length * ElementType<T>.Size, ElementType<T>.Code));

    public Span<byte> Reserve(long superstep, int length, int type)
    {
        if (_data.Length < length)
            _data = new byte[Math.Max(length, Math.Min(2 * _data.Length, Array.MaxLength))];
        (Superstep, Length, Type) = (superstep, length, type);
        return _data.AsSpan(0, length);
    }

    public ReadOnlySpan<T> Read<T>() where T : unmanaged => MemoryMarshal.Cast<byte, T>(Bytes);

    public Span<T> Elements<T>() where T : unmanaged => MemoryMarshal.Cast<byte, T>(_data.AsSpan(0, Length));

    /// <summary>What is known of an element's type.</summary>
    internal static class ElementType<T> where T : unmanaged
    {
        /// <summary>The same in every process, unlike a hash code.</summary>
        public static readonly int Code = (int)Checksum.Of(Encoding.UTF8.GetBytes(typeof(T).FullName!));

        public static readonly int Size = System.Runtime.CompilerServices.Unsafe.SizeOf<T>();
    }
}
