namespace Pipeline.Storage;

/// <summary>Passes a stream on and counts its bytes.</summary>
internal sealed class CountingStream(Stream inner) : ForwardStream
{
    /// <summary>How many bytes were read so far.</summary>
    public long Count { get; private set; }

    public override int Read(byte[] buffer, int offset, int count) => Counted(inner.Read(buffer, offset, count));

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        Counted(await inner.ReadAsync(buffer, cancellationToken));

    private int Counted(int read)
    {
        Count += read;
        return read;
    }
}
