using Microsoft.Extensions.Logging;

namespace Pipeline.Streams;

/// <summary>The streams as this host knows them: it looks for changes at most every second.</summary>
internal sealed partial class StreamCatalog(DefinitionStore definitions, StreamCompiler compiler, TimeProvider time, ILogger<StreamCatalog> logger) : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    // What keeps a stream from running may be mended elsewhere: a dataset that is missing comes.
    private static readonly TimeSpan RetryBroken = TimeSpan.FromSeconds(10);

    // By then nobody works with a version any more that was replaced.
    private static readonly TimeSpan Retirement = TimeSpan.FromMinutes(2);

    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly Dictionary<string, (string ETag, string Reason, long At)> _broken = new(StringComparer.Ordinal);
    private readonly Queue<(ActiveStream Stream, long At)> _retired = new();
    private IReadOnlyList<ActiveStream> _streams = [];
    private long _lookedAt;
    private int _changes;
    private int _seen = -1;

    /// <summary>All streams that can run, as they were at most a second ago.</summary>
    public async Task<IReadOnlyList<ActiveStream>> StreamsAsync(CancellationToken cancellationToken)
    {
        if (IsFresh())
            return _streams;
        await _turn.WaitAsync(cancellationToken);
        try
        {
            if (!IsFresh())
            {
                // A change that comes while it looks may be one that it does not see.
                var changes = Volatile.Read(ref _changes);
                _streams = await LookAsync(cancellationToken);
                _lookedAt = time.GetTimestamp();
                _seen = changes;
            }
            return _streams;
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Makes the next call look for changes: this host has just made one.</summary>
    public void Invalidate() => Interlocked.Increment(ref _changes);

    /// <summary>Why a stream cannot run; null where it can.</summary>
    public string? FaultOf(string name)
    {
        lock (_broken)
            return _broken.TryGetValue(name, out var fault) ? fault.Reason : null;
    }

    /// <inheritdoc/>
    public void Dispose() => _turn.Dispose();

    private bool IsFresh() => _seen == Volatile.Read(ref _changes) && time.GetElapsedTime(_lookedAt) < Interval;

    private async Task<IReadOnlyList<ActiveStream>> LookAsync(CancellationToken cancellationToken)
    {
        var known = _streams.ToDictionary(s => s.Name, StringComparer.Ordinal);
        var streams = new List<ActiveStream>();
        foreach (var (name, etag) in await definitions.ListAsync(cancellationToken))
        {
            if (known.GetValueOrDefault(name) is { } same && same.ETag == etag)
                streams.Add(same);
            else if (await LoadAsync(name, etag, cancellationToken) is { } loaded)
                streams.Add(loaded);
        }
        foreach (var gone in _streams.Except(streams))
            _retired.Enqueue((gone, time.GetTimestamp()));
        while (_retired.TryPeek(out var oldest) && time.GetElapsedTime(oldest.At) > Retirement)
            await _retired.Dequeue().Stream.Compiled.DisposeAsync();
        return streams;
    }

    private async Task<ActiveStream?> LoadAsync(string name, string etag, CancellationToken cancellationToken)
    {
        lock (_broken)
        {
            if (_broken.TryGetValue(name, out var known) && known.ETag == etag && time.GetElapsedTime(known.At) < RetryBroken)
                return null;
        }
        try
        {
            if (await definitions.FindAsync(name, cancellationToken) is not var (definition, version))
                return null;
            var stream = new ActiveStream(definition, version, await compiler.CompileAsync(name, definition.Spec, definition.Model, cancellationToken));
            lock (_broken)
                _broken.Remove(name);
            return stream;
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            // It was sound when it was put: a dataset or a setting that it names has changed since, or cannot be read right now. The others go on.
            lock (_broken)
                _broken[name] = (etag, e.Message, time.GetTimestamp());
            LogBroken(name, e.Message);
            return null;
        }
    }

    [LoggerMessage(1, LogLevel.Error, "Stream '{Stream}' cannot run: {Reason}")]
    private partial void LogBroken(string stream, string reason);
}
