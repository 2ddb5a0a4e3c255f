using Pipeline.Storage;

namespace Pipeline.Grid.Uploads;

/// <summary>One version of an object as a stream that can be searched, so that ASP.NET Core's own file results answer ranges from it. It
/// reads ahead by ranged reads.</summary>
internal sealed class ObjectStream(IObjectStore store, ObjectInfo info) : Stream
{
    private const int AheadBytes = 256 * 1024;

    private byte[] _ahead = [];
    private long _aheadAt;
    private int _aheadLength;
    private long _position;

    public override bool CanRead => true;

    public override bool CanSeek => true;

    public override bool CanWrite => false;

    public override long Length => info.Length;

    public override long Position
    {
        get => _position;
        set => _position = value;
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_position >= info.Length || buffer.Length == 0)
            return 0;
        if (_position < _aheadAt || _position >= _aheadAt + _aheadLength)
        {
            if (_ahead.Length == 0)
                _ahead = new byte[(int)Math.Min(AheadBytes, info.Length)];
            _aheadAt = _position;
            _aheadLength = await store.ReadRangeAsync(info.Container, info.Path, _position, _ahead, info.ETag, cancellationToken);
            if (_aheadLength == 0)
                throw new EndOfStreamException($"'{info.Path}' ended early.");
        }
        var from = (int)(_position - _aheadAt);
        var count = Math.Min(buffer.Length, _aheadLength - from);
        _ahead.AsMemory(from, count).CopyTo(buffer);
        _position += count;
        return count;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("Objects are read asynchronously.");

    public override long Seek(long offset, SeekOrigin origin) => _position = origin switch
    {
        SeekOrigin.Begin => offset,
        SeekOrigin.Current => _position + offset,
        _ => info.Length + offset,
    };

    public override void Flush()
    {
    }

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
