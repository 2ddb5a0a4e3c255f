using Microsoft.Extensions.Caching.Memory;

namespace Pipeline.Storage;

/// <summary>Reads the footers of Parquet files in a store by ranged reads, and remembers them by the file's version.</summary>
public sealed class FooterReader : IDisposable
{
    // Most footers are smaller than this, so that one read gets all of it.
    private const int FirstRead = 64 << 10;

    // What is remembered, measured in footers' bytes; in memory they take a few times that.
    private const long CacheBytes = 64 << 20;

    private readonly IObjectStore _store;
    private readonly MemoryCache _cache = new(new MemoryCacheOptions { SizeLimit = CacheBytes });

    /// <summary>Creates a reader over a store.</summary>
    public FooterReader(IObjectStore store)
    {
        ArgumentNullException.ThrowIfNull(store);
        _store = store;
    }

    /// <summary>Reads a file's footer.</summary>
    /// <exception cref="CorruptParquetException">The file is no whole Parquet file, or uses what cannot be read.</exception>
    /// <exception cref="ConditionFailedException">The file is no longer the version given.</exception>
    /// <exception cref="ObjectNotFoundException">There is no such file.</exception>
    public async Task<ParquetFooter> ReadAsync(ObjectInfo file, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(file);
        var key = (file.Container, file.Path, file.ETag);
        if (_cache.TryGetValue(key, out ParquetFooter? known)) return known!;
        var footer = await ReadFromStoreAsync(file, ct);
        return _cache.Set(key, footer, new MemoryCacheEntryOptions { Size = footer.Length });
    }

    /// <summary>Reads the footer of a local file.</summary>
    /// <param name="localFile">The file.</param>
    /// <param name="name">What errors call it.</param>
    /// <param name="ct">Stops the reading.</param>
    /// <exception cref="CorruptParquetException">The file is no whole Parquet file, or uses what cannot be read.</exception>
    internal static async Task<ParquetFooter> ReadAsync(string localFile, string name, CancellationToken ct)
    {
        using var handle = File.OpenHandle(localFile, share: FileShare.ReadWrite, options: FileOptions.Asynchronous);
        return await ReadAsync(name, RandomAccess.GetLength(handle), async (offset, buffer) =>
        {
            for (var done = 0; done < buffer.Length;)
            {
                var read = await RandomAccess.ReadAsync(handle, buffer[done..], offset + done, ct);
                if (read == 0) throw new EndOfStreamException($"'{localFile}' shrank while it was read.");
                done += read;
            }
        }, ct);
    }

    /// <inheritdoc/>
    public void Dispose() => _cache.Dispose();

    private Task<ParquetFooter> ReadFromStoreAsync(ObjectInfo file, CancellationToken ct) =>
        ReadAsync(file.Path, file.Length, async (offset, buffer) =>
        {
            var read = await _store.ReadRangeAsync(file.Container, file.Path, offset, buffer, file.ETag, ct);
            if (read < buffer.Length) throw ConditionFailedException.Changed(file.Container, file.Path);
        }, ct);

    private static async Task<ParquetFooter> ReadAsync(string name, long length, Func<long, Memory<byte>, Task> readAt, CancellationToken ct)
    {
        try
        {
            if (length < FooterParser.ShortestFile)
                throw new InvalidDataException(length == 0 ? "it is empty" : $"it has {length} bytes, fewer than the shortest Parquet file");
            var tail = new byte[Math.Min(length, FirstRead)];
            await readAt(length - tail.Length, tail);
            var footerLength = FooterParser.LengthOf(tail.AsSpan(^FooterParser.TrailerLength..), length);
            if (tail.Length == length && !tail.AsSpan(0, 4).SequenceEqual("PAR1"u8))
                throw new InvalidDataException("it does not begin as a Parquet file does");
            if (footerLength <= tail.Length) return await FooterParser.ParseAsync(tail.AsSpan(^footerLength..).ToArray(), length, ct);

            var footer = new byte[footerLength];
            tail.CopyTo(footer, footerLength - tail.Length);
            await readAt(length - footerLength, footer.AsMemory(0, footerLength - tail.Length));
            return await FooterParser.ParseAsync(footer, length, ct);
        }
        catch (Exception e) when (e is InvalidDataException or NotSupportedException)
        {
            throw new CorruptParquetException(name, e.Message, e);
        }
    }
}
