namespace Pipeline.Tests.Storage;

/// <summary>A stream as a network gives it: no length, no way back, short reads.</summary>
internal sealed class OneWayStream(byte[] bytes) : Stream
{
    private int _position;

    public bool FailAtEnd { get; init; }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override int Read(byte[] buffer, int offset, int count)
    {
        var read = Math.Min(Math.Min(count, 65_521), bytes.Length - _position);
        if (read == 0 && count > 0 && FailAtEnd) throw new InvalidDataException("the sender went away");
        bytes.AsSpan(_position, read).CopyTo(buffer.AsSpan(offset));
        _position += read;
        return read;
    }

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
