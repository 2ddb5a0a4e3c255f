namespace Pipeline.Storage;

/// <summary>A stretch of a file.</summary>
/// <param name="Offset">The place of its first byte.</param>
/// <param name="Length">How many bytes it has.</param>
public readonly record struct ByteRange(long Offset, long Length)
{
    /// <summary>The place after its last byte.</summary>
    public long End => Offset + Length;
}
