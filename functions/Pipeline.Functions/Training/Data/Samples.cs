using System.Runtime.InteropServices;

namespace Pipeline.Training;

/// <summary>Samples in memory, one after the other: numbers as they were read, or images a byte a value (channel by channel, row by
/// row), and labels.</summary>
internal sealed class Samples(int width, bool isImage)
{
    /// <summary>How many numbers, or bytes, a sample has.</summary>
    public int Width => width;

    /// <summary>How many samples there are.</summary>
    public int Count => Labels.Count;

    /// <summary>The numbers; empty where samples are images.</summary>
    public List<float> Numbers { get; } = [];

    /// <summary>The images; empty where samples are numbers.</summary>
    public List<byte> Pixels { get; } = [];

    /// <summary>The labels: the number of the class, or the quantity.</summary>
    public List<float> Labels { get; } = [];

    /// <summary>The bytes of one sample as stored.</summary>
    public int Stride => (isImage ? width : width * sizeof(float)) + sizeof(float);

    public void Add(Samples other, int index)
    {
        if (isImage)
            Pixels.AddRange(CollectionsMarshal.AsSpan(other.Pixels).Slice(index * width, width));
        else
            Numbers.AddRange(CollectionsMarshal.AsSpan(other.Numbers).Slice(index * width, width));
        Labels.Add(other.Labels[index]);
    }

    /// <summary>All inputs, then all labels, little-endian.</summary>
    public byte[] ToBytes()
    {
        var bytes = new byte[(long)Count * Stride];
        var inputs = isImage ? CollectionsMarshal.AsSpan(Pixels) : MemoryMarshal.AsBytes(CollectionsMarshal.AsSpan(Numbers));
        inputs.CopyTo(bytes);
        MemoryMarshal.AsBytes(CollectionsMarshal.AsSpan(Labels)).CopyTo(bytes.AsSpan(inputs.Length));
        return bytes;
    }

    /// <summary>Adds samples from what <see cref="ToBytes"/> gave.</summary>
    public void AddBytes(ReadOnlySpan<byte> bytes)
    {
        var count = bytes.Length / Stride;
        var inputs = bytes[..(count * (Stride - sizeof(float)))];
        if (isImage)
            Pixels.AddRange(inputs);
        else
            Numbers.AddRange(MemoryMarshal.Cast<byte, float>(inputs));
        Labels.AddRange(MemoryMarshal.Cast<byte, float>(bytes[inputs.Length..]));
    }
}
