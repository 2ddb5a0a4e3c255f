using System.Globalization;
using System.Text.Json;
using Pipeline.Jobs;
using Pipeline.Storage;

namespace Pipeline.Streams;

/// <summary>Keeps alerts: an object for the alerts of one commit, named so that a listing gives the latest first and that writing
/// twice changes nothing.</summary>
public sealed class AlertStore(IObjectStore store, TimeProvider time)
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
        return store.WriteAsync(Container, path, new MemoryStream(JsonSerializer.SerializeToUtf8Bytes(alerts, Responses.Json)), WriteCondition.None, ct);
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
            try
            {
                await using var content = await store.OpenReadAsync(Container, file.Path, ct);
                // Within a commit the last row is the latest.
                alerts.AddRange((await JsonSerializer.DeserializeAsync<List<StreamAlert>>(content, Responses.Json, ct))!.AsEnumerable().Reverse());
            }
            catch (ObjectNotFoundException)
            {
                // Its time was over in this moment.
            }

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

    /// <summary>Removes what a generation of a partition told before, from a time on, because the stream tells it anew.</summary>
    internal async Task RemoveAsync(StreamOrigin origin, int sink, long? from, CancellationToken ct)
    {
        var (place, end) = ($"-{origin.Place}-", string.Create(CultureInfo.InvariantCulture, $"-{sink}.json"));
        await foreach (var file in store.ListAsync(Container, $"{origin.Stream}/", ct))
        {
            var name = file.Path[(origin.Stream.Length + 1)..];
            if (name.Length < 21 || !long.TryParse(name.AsSpan(0, 19), NumberStyles.None, CultureInfo.InvariantCulture, out var reversed)) continue;
            if (from is not null && long.MaxValue - reversed < from) return; // All that follow are older.
            var generation = name[20..name.IndexOf('-', 20)];
            if (int.Parse(generation, CultureInfo.InvariantCulture) < origin.Generation && name.EndsWith(end, StringComparison.Ordinal) && name.Contains(place, StringComparison.Ordinal))
                await store.DeleteAsync(Container, file.Path, ct);
        }
    }
}
