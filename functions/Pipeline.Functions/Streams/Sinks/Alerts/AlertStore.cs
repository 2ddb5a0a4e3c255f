using System.Globalization;
using System.Numerics;
using System.Text.Json;
using System.Text.RegularExpressions;
using Pipeline.Jobs;
using Pipeline.Storage;

namespace Pipeline.Streams;

/// <summary>Keeps alerts: an object for the alerts of one commit, named so that a listing gives the latest first and that writing
/// twice changes nothing.</summary>
public sealed partial class AlertStore(IObjectStore store, TimeProvider time)
{
    /// <summary>The container of alerts.</summary>
    public const string Container = "stream-alerts";

    /// <summary>How long an alert is kept.</summary>
    public static readonly TimeSpan Kept = TimeSpan.FromDays(30);

    /// <summary>Writes what the sink number <paramref name="sink"/> found in a commit.</summary>
    /// <param name="origin">The commit.</param>
    /// <param name="sink">The sink's place in the spec.</param>
    /// <param name="at">The time that alerts are ordered by, in microseconds since 1970.</param>
    /// <param name="alerts">The alerts.</param>
    /// <param name="ct">Gives up.</param>
    internal Task WriteAsync(StreamOrigin origin, int sink, long at, IReadOnlyList<StreamAlert> alerts, CancellationToken ct)
    {
        var path = string.Create(CultureInfo.InvariantCulture, $"{origin.Stream}/{long.MaxValue - at:D19}-{origin.Generation}-{origin.Place}-{origin.Commit:D12}-{sink}.json");
        return store.WriteAsync(Container, path, Content(alerts), WriteCondition.None, ct);
    }

    /// <summary>The latest alerts of a stream.</summary>
    /// <param name="stream">The stream's name.</param>
    /// <param name="top">How many at most.</param>
    /// <param name="ct">Gives up.</param>
    public async Task<IReadOnlyList<StreamAlert>> LatestAsync(string stream, int top, CancellationToken ct)
    {
        ObjectName.CheckSegment(stream);
        var alerts = new List<StreamAlert>();
        await foreach (var file in store.ListAsync(Container, $"{stream}/", ct))
        {
            // Within a commit the last row is the latest.
            alerts.AddRange((await ReadAsync(file.Path, ct)).AsEnumerable().Reverse());
            if (alerts.Count >= top) break;
        }

        return [.. alerts.Take(top)];
    }

    /// <summary>Removes the alerts whose time is over.</summary>
    public async Task SweepAsync(CancellationToken ct)
    {
        var before = time.GetUtcNow() - Kept;
        await foreach (var file in store.ListAsync(Container, "", ct))
        {
            if (file.LastModified < before) await store.DeleteAsync(Container, file.Path, ct);
        }
    }

    /// <summary>Removes what earlier generations of a partition told, because the stream tells it anew: alerts of windows that start at a time or
    /// later, or of all. Of rows without windows those stay that may be from before.</summary>
    internal async Task RemoveAsync(StreamOrigin origin, int sink, long? from, CancellationToken ct)
    {
        string? rows = null;
        await foreach (var file in store.ListAsync(Container, $"{origin.Stream}/", ct))
        {
            if (Parse(file.Path) is not var (at, generation, place, of) || generation >= origin.Generation || place != origin.Place || of != sink)
                continue;
            if (at < from)
                break; // All that follow are older.
            var kept = from is null ? [] : (await ReadAsync(file.Path, ct)).Where(a => a.WindowStart is null || Micros.Of(a.WindowStart.Value) < from).ToList();
            if (kept is [{ WindowStart: null }, ..])
            {
                // The oldest commit behind that time may have begun before it.
                if (rows is not null)
                    await store.DeleteAsync(Container, rows, ct);
                rows = file.Path;
            }
            else if (kept.Count == 0)
            {
                await store.DeleteAsync(Container, file.Path, ct);
            }
            else
            {
                await store.WriteAsync(Container, file.Path, Content(kept), WriteCondition.IfMatch(file.ETag), ct);
            }
        }
    }

    private async Task<List<StreamAlert>> ReadAsync(string path, CancellationToken ct)
    {
        try
        {
            return await store.ReadJsonAsync<List<StreamAlert>>(Container, path, Responses.Json, ct);
        }
        catch (ObjectNotFoundException)
        {
            return []; // Its time was over in this moment.
        }
    }

    private static MemoryStream Content(IReadOnlyList<StreamAlert> alerts) => new(JsonSerializer.SerializeToUtf8Bytes(alerts, Responses.Json));

    private static (long At, int Generation, string Place, int Sink)? Parse(string path) => Name().Match(path) is { Success: true } match
        ? (long.MaxValue - Number<long>(match.Groups[1]), Number<int>(match.Groups[2]), match.Groups[3].Value, Number<int>(match.Groups[4]))
        : null;

    private static T Number<T>(Group digits) where T : INumber<T> => T.Parse(digits.ValueSpan, CultureInfo.InvariantCulture);

    [GeneratedRegex("/([0-9]{19})-([0-9]{1,9})-((?:input|shuffle)-[0-9]{1,5})-[0-9]{12,18}-([0-9]{1,3})\\.json$")]
    private static partial Regex Name();
}
