using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using Pipeline.Jobs;
using Pipeline.Storage;

namespace Pipeline.Governance;

/// <summary>Decisions, each in an object of its own that is written only if it is absent. A record holds the hash of the one before, so
/// that none can be changed or taken from the middle unnoticed.</summary>
public sealed class AuditLog : IDisposable
{
    internal const string Container = "audit";

    private const int MaxBytes = 256 * 1024;

    private static readonly string s_beginning = new('0', 64);

    private readonly IObjectStore _store;
    private readonly AppRegion _region;
    private readonly TimeProvider _time;
    private readonly SemaphoreSlim _turn = new(1, 1);
    private (long Number, string Hash)? _head;

    internal AuditLog(IObjectStore store, AppRegion region, TimeProvider time) => (_store, _region, _time) = (store, region, time);

    /// <summary>Adds a decision. It is in the store when this returns.</summary>
    public async Task AppendAsync(AuditEntry entry, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            var head = _head ?? await FindHeadAsync(cancellationToken);
            while (true)
            {
                var json = JsonSerializer.SerializeToUtf8Bytes(new AuditRecord(head.Number + 1, _time.GetUtcNow(), _region.Name, entry, head.Hash), Responses.Json);
                try
                {
                    await _store.WriteAsync(Container, PathOf(head.Number + 1), new MemoryStream(json), WriteCondition.IfAbsent, cancellationToken);
                    _head = (head.Number + 1, Hash(json));
                    return;
                }
                catch (ConditionFailedException)
                {
                    // Another instance has taken the place: ours is behind it.
                    head = (head.Number + 1, await HashOfAsync(head.Number + 1, cancellationToken));
                }
            }
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Reads records, newest first, and checks how they hang together.</summary>
    /// <param name="top">How many.</param>
    /// <param name="before">Only those before this one; null for the newest.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<AuditPage> ReadAsync(int top, long? before, CancellationToken cancellationToken)
    {
        var last = (await FindHeadAsync(cancellationToken)).Number;
        var next = Math.Min(before - 1 ?? last, last);
        var (records, broken, expected) = (new List<AuditRecord>(), (long?)null, (string?)null);
        for (; next > 0 && records.Count < top; next--)
        {
            var (record, hash) = await ReadAsync(next, cancellationToken);
            // The newer record says what this one's hash was when it was written.
            if (record is null || record.Number != next || (expected is not null && hash != expected) || (next == 1 && record.Previous != s_beginning))
                broken ??= next;
            if (record is null)
            {
                expected = null;
                continue;
            }
            records.Add(record);
            expected = record.Previous;
        }
        if (broken is null && next > 0 && expected is not null && await HashOfAsync(next, cancellationToken) != expected)
            broken = next;
        return new AuditPage(records, broken, next > 0 ? next + 1 : null);
    }

    /// <inheritdoc/>
    public void Dispose() => _turn.Dispose();

    private static string PathOf(long number) => string.Create(CultureInfo.InvariantCulture, $"log/{number:D12}.json");

    private static string Hash(byte[] json) => Convert.ToHexStringLower(SHA256.HashData(json));

    // The numbers have no gaps, so that doubling and halving finds the last without a listing of all.
    private async Task<(long Number, string Hash)> FindHeadAsync(CancellationToken cancellationToken)
    {
        var (there, absent) = (0L, 1L);
        while (await IsThereAsync(absent))
            (there, absent) = (absent, absent * 2);
        while (absent - there > 1)
        {
            var middle = there + (absent - there) / 2;
            (there, absent) = await IsThereAsync(middle) ? (middle, absent) : (there, middle);
        }
        return (there, there == 0 ? s_beginning : await HashOfAsync(there, cancellationToken));

        async Task<bool> IsThereAsync(long number) => await _store.FindAsync(Container, PathOf(number), cancellationToken) is not null;
    }

    private async Task<string> HashOfAsync(long number, CancellationToken cancellationToken) => (await ReadAsync(number, cancellationToken)).Hash;

    private async Task<(AuditRecord? Record, string Hash)> ReadAsync(long number, CancellationToken cancellationToken)
    {
        var path = PathOf(number);
        if (await _store.FindAsync(Container, path, cancellationToken) is not { Length: <= MaxBytes } || await _store.TryReadAllAsync(Container, path, cancellationToken) is not { } json)
            return (null, "");
        try
        {
            return (JsonSerializer.Deserialize<AuditRecord>(json, Responses.Json), Hash(json));
        }
        catch (JsonException)
        {
            return (null, Hash(json));
        }
    }
}
