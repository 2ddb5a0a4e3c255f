using System.Security.Cryptography;
using Pipeline.Storage;

namespace Pipeline.Grid.Uploads;

/// <summary>The parts of an upload one behind the other, as they go into the joined file. Its end is reached only if all together have the
/// checksum that was promised; else reading fails, and with it the write that reads.</summary>
internal sealed class PartsStream(IObjectStore store, string container, IReadOnlyList<ObjectInfo> parts, string sha256) : Stream
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private Stream? _part;
    private int _next;
    private bool _ended;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (!_ended && buffer.Length > 0)
        {
            _part ??= _next < parts.Count ? await store.OpenReadAsync(container, parts[_next++].Path, cancellationToken) : null;
            if (_part is null)
            {
                _ended = true;
                if (Convert.ToHexStringLower(_hash.GetHashAndReset()) != sha256)
                    throw new InvalidDataException("The parts together do not have the checksum that was promised.");
                break;
            }
            var read = await _part.ReadAsync(buffer, cancellationToken);
            if (read > 0)
            {
                _hash.AppendData(buffer.Span[..read]);
                return read;
            }
            await _part.DisposeAsync();
            _part = null;
        }
        return 0;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("Parts are read asynchronously.");

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _part?.Dispose();
            _hash.Dispose();
        }
        base.Dispose(disposing);
    }
}
