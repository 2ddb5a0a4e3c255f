using System.Security.Cryptography;
using Pipeline.Storage;

namespace Pipeline.Grid;

/// <summary>Objects one behind the other. The end is reached only if all together have the checksum that was promised; else reading fails,
/// and with it the write that reads.</summary>
internal sealed class VerifiedStream(IObjectStore store, string container, IReadOnlyList<string> paths, string sha256) : ForwardStream
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private Stream? _part;
    private int _next;
    private bool _ended;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (!_ended && buffer.Length > 0)
        {
            _part ??= _next < paths.Count ? await store.OpenReadAsync(container, paths[_next++], cancellationToken) : null;
            if (_part is null)
            {
                _ended = true;
                if (Convert.ToHexStringLower(_hash.GetHashAndReset()) != sha256)
                    throw new InvalidDataException("The bytes do not have the checksum that was promised.");
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

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("Objects are read asynchronously.");

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
