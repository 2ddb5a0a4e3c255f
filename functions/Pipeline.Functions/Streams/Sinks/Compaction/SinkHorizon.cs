using System.Globalization;
using System.Text.Json;
using Pipeline.Storage;

namespace Pipeline.Streams;

/// <summary>Knows which files of streams are final: nobody will write them again, whatever happens to a host.</summary>
public sealed class SinkHorizon
{
    private readonly DefinitionStore _definitions;
    private readonly StateStore _states;

    internal SinkHorizon(DefinitionStore definitions, StateStore states) => (_definitions, _states) = (definitions, states);

    /// <summary>The datasets that streams write to.</summary>
    public async Task<IReadOnlyList<string>> DatasetsAsync(CancellationToken ct)
    {
        var datasets = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var (name, _) in await _definitions.ListAsync(ct))
        {
            if (await _definitions.FindAsync(name, ct) is not var (definition, _)) continue;
            datasets.UnionWith(Datasets(definition.Spec));
        }

        return [.. datasets];
    }

    /// <summary>
    /// The series of a file, as of now; null for a file that is not a stream's, or not final. Ask for it after the compaction was claimed: a
    /// stream that is replayed afterwards gives that compaction up before it writes.
    /// </summary>
    public async Task<Func<string, CompactionSeries?>> ReadAsync(CancellationToken ct)
    {
        var streams = new Dictionary<string, Known>(StringComparer.Ordinal);
        foreach (var (name, _) in await _definitions.ListAsync(ct))
        {
            if (await _definitions.FindAsync(name, ct) is not var (definition, _)) continue;
            var places = new Dictionary<string, Place>(StringComparer.Ordinal);
            foreach (var place in await _states.PlacesAsync(name, definition.Generation, ct))
            {
                var state = (await _states.LoadAsync(place, ct)).State;
                if (state.Commit > 0) places[place.Origin(0).Place] = PlaceOf(state);
            }

            streams[name] = new Known(definition.Generation, Allowed(definition.Spec), places);
        }

        return path => SinkFileName.TryParse(path, out var file) && IsFinal(file, streams) is { } generation
            ? new CompactionSeries(file.Stream, generation.ToString(CultureInfo.InvariantCulture))
            : null;
    }

    // The generation in which the file is final; null where it is not.
    private static int? IsFinal(SinkFileName file, Dictionary<string, Known> streams)
    {
        if (!streams.TryGetValue(file.Stream, out var stream)) return 0; // The stream was deleted.
        if (!stream.Places.TryGetValue(file.Place, out var place)) return null;
        var final = file.Commit is { } commit
            ? commit.Generation < stream.Generation || commit.Number < place.FirstUnsent
            : file.End + stream.Allowed < place.Watermark && file.End < place.FirstUnsentEnd;
        return final ? stream.Generation : null;
    }

    private static Place PlaceOf(PartitionState state) => new(
        state.Watermark ?? long.MinValue,
        state.Outbox.Select(e => e.Commit).Append(state.Commit + 1).Min(),
        state.Outbox.SelectMany(e => e.Windows ?? []).Select(w => w.End).Append(long.MaxValue).Min());

    private static IEnumerable<string> Datasets(JsonElement spec)
    {
        var sinks = spec.TryGetProperty("sinks", out var list) && list.ValueKind == JsonValueKind.Array ? list.EnumerateArray().ToList() : [];
        var all = sinks.Concat(sinks.Select(s => Inner(s, "orders"))).Append(Inner(spec, "late"));
        return all.Select(s => s.ValueKind == JsonValueKind.Object && s.TryGetProperty("dataset", out var dataset) ? dataset.GetString() : null).OfType<string>();
    }

    private static long Allowed(JsonElement spec) =>
        Inner(spec, "late") is { ValueKind: JsonValueKind.Object } late && late.TryGetProperty("allowed", out var text) && Duration.TryParse(text.GetString() ?? "", out var allowed)
            ? Micros.Of(allowed)
            : 0;

    private static JsonElement Inner(JsonElement element, string name) => element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var inner) ? inner : default;

    private sealed record Known(int Generation, long Allowed, IReadOnlyDictionary<string, Place> Places);

    // Of a place: how far its windows are closed; the first commit that may be sent again, and the first window that may.
    private readonly record struct Place(long Watermark, long FirstUnsent, long FirstUnsentEnd);
}
