using System.Globalization;
using System.Text.Json;
using Pipeline.Jobs;
using Pipeline.Storage;

namespace Pipeline.Streams;

/// <summary>Makes, changes, shows and removes streams.</summary>
public sealed class StreamService
{
    private readonly DefinitionStore _definitions;
    private readonly StreamCompiler _compiler;
    private readonly StreamCatalog _catalog;
    private readonly StateStore _states;
    private readonly SinkStates _sinkStates;
    private readonly IPartitionLog _log;
    private readonly IShuffleChannel _shuffle;
    private readonly TimeProvider _time;

    internal StreamService(
        DefinitionStore definitions, StreamCompiler compiler, StreamCatalog catalog, StateStore states, SinkStates sinkStates, IPartitionLog log, IShuffleChannel shuffle, TimeProvider time) =>
        (_definitions, _compiler, _catalog, _states, _sinkStates, _log, _shuffle, _time) = (definitions, compiler, catalog, states, sinkStates, log, shuffle, time);

    // What decides about the results: a change of it begins a new generation.
    private static readonly string[] Deciding = ["hub", "format", "columns", "eventTime", "partitionKey", "tables", "query", "score", "watermark", "deduplicate", "from"];

    /// <summary>Makes a stream, or changes it. Where what it computes changes, it begins anew where it stands; otherwise it goes on.</summary>
    /// <returns>The stream, and whether it is new.</returns>
    /// <exception cref="SpecException">The spec is not valid.</exception>
    /// <exception cref="JobConflictException">Somebody else changed it at the same time.</exception>
    public async Task<(StreamView View, bool IsNew)> PutAsync(string name, ReadOnlyMemory<byte> json, CancellationToken cancellationToken)
    {
        CheckName(name);
        var document = JobSpec.ParseJson(json);
        await using var compiled = await _compiler.CompileAsync(name, document, null, cancellationToken);
        var now = _time.GetUtcNow();
        var found = await _definitions.FindAsync(name, cancellationToken);
        StreamDefinition definition;
        if (found is not var (old, _))
        {
            var generation = await _definitions.LastGenerationAsync(name, cancellationToken) + 1;
            definition = new StreamDefinition(name, generation, StreamStatus.Running, now, now, Start(compiled.Spec.From, now), false, await TargetsAsync(compiled, cancellationToken), document) { Model = compiled.Model };
        }
        else if (Deciding.All(field => Same(field, old.Spec, document)) && old.Model == compiled.Model)
        {
            definition = old with { UpdatedAt = now, Spec = document };
        }
        else
        {
            var from = Same("from", old.Spec, document) ? await PositionAsync(old, now, cancellationToken) : Start(compiled.Spec.From, now);
            definition = old with
            {
                Generation = old.Generation + 1,
                UpdatedAt = now,
                From = from,
                IsReplay = false,
                ShufflePartitions = await TargetsAsync(compiled, cancellationToken),
                Spec = document,
                Model = compiled.Model,
            };
        }
        await WriteAsync(definition, found?.ETag, cancellationToken);
        return (View(definition, compiled), found is null);
    }

    /// <summary>All streams, by name.</summary>
    public async Task<StreamList> ListAsync(CancellationToken cancellationToken)
    {
        var views = new List<StreamView>();
        foreach (var (name, _) in await _definitions.ListAsync(cancellationToken))
        {
            if (await _definitions.FindAsync(name, cancellationToken) is var (definition, _))
                views.Add(View(definition, null));
        }
        return new StreamList(views);
    }

    /// <summary>One stream; null where there is none.</summary>
    public async Task<StreamView?> FindAsync(string name, CancellationToken cancellationToken)
    {
        if (await LoadAsync(name, cancellationToken) is not var (definition, _))
            return null;
        var active = (await _catalog.StreamsAsync(cancellationToken)).FirstOrDefault(s => s.Name == name);
        return View(definition, active?.Compiled) with { Spec = definition.Spec };
    }

    /// <summary>Removes a stream with its states. What it published stays.</summary>
    /// <returns>False where there is none.</returns>
    public async Task<bool> DeleteAsync(string name, CancellationToken cancellationToken)
    {
        if (await LoadAsync(name, cancellationToken) is not var (definition, _) || !await _definitions.DeleteAsync(definition, cancellationToken))
            return false;
        _catalog.Invalidate();
        await _states.RemoveStreamAsync(name, int.MaxValue, cancellationToken);
        await _sinkStates.RemoveAsync(name, cancellationToken);
        return true;
    }

    /// <summary>Lets a stream wait, or go on.</summary>
    /// <returns>The stream; null where there is none.</returns>
    public async Task<StreamView?> SetStatusAsync(string name, StreamStatus status, CancellationToken cancellationToken)
    {
        if (await LoadAsync(name, cancellationToken) is not var (definition, etag))
            return null;
        if (definition.Status != status)
        {
            definition = definition with { Status = status, UpdatedAt = _time.GetUtcNow() };
            await WriteAsync(definition, etag, cancellationToken);
        }
        return View(definition, null);
    }

    /// <summary>Lets a stream make its results again from an earlier place in the log; those that it published are overwritten.</summary>
    /// <param name="name">The stream.</param>
    /// <param name="json">An object with the field <c>to</c>: <c>"earliest"</c>, a time, or sequence numbers by partition.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The stream; null where there is none.</returns>
    public async Task<StreamView?> RewindAsync(string name, ReadOnlyMemory<byte> json, CancellationToken cancellationToken)
    {
        if (await LoadAsync(name, cancellationToken) is not var (definition, etag))
            return null;
        var faults = new List<SpecFault>();
        var reader = SpecReader.Open(JobSpec.ParseJson(json), faults);
        var to = StreamSpecReader.ReadFrom(reader, "to", required: true, about: "Where it begins again: earliest, now, a time, or sequence numbers by partition.");
        reader.End();
        if (faults.Count > 0)
            throw new SpecException(faults);
        definition = definition with { Generation = definition.Generation + 1, UpdatedAt = _time.GetUtcNow(), From = Start(to, _time.GetUtcNow()), IsReplay = true };
        await WriteAsync(definition, etag, cancellationToken);
        return View(definition, null);
    }

    /// <summary>How a stream stands; null where there is none.</summary>
    public async Task<StreamStateView?> StateAsync(string name, CancellationToken cancellationToken)
    {
        if (await LoadAsync(name, cancellationToken) is not var (definition, _))
            return null;
        var hub = definition.Spec.GetProperty("hub").GetString()!;
        var now = _time.GetUtcNow();
        var partitions = new List<StreamPartitionView>();
        var alarms = new List<StreamAlarm>();
        foreach (var place in await _states.PlacesAsync(name, definition.Generation, cancellationToken))
        {
            var (state, _) = await _states.LoadAsync(place, cancellationToken);
            var lag = place.Stage == StreamStage.Input ? await LagAsync(hub, place.Partition, state, cancellationToken) : null;
            partitions.Add(new StreamPartitionView(
                place.Stage, place.Partition, Micros.ToTime(state.Watermark), Micros.ToTime(state.MaxEventTime), state.LastSequence, lag, Math.Round(state.Rate.Shown(now), 1),
                state.Counters, state.Keys, state.Bytes, state.Outbox.Count, state.Commit, state.CommittedAt));
            alarms.AddRange(state.Alarms);
        }
        if (_catalog.FaultOf(name) is { } fault)
            alarms.Add(new StreamAlarm(StreamAlarm.CannotRun, fault, now));
        var inputs = partitions.Where(p => p.Stage == StreamStage.Input).ToList();
        var closing = definition.ShufflePartitions > 0 ? partitions.Where(p => p.Stage == StreamStage.Shuffle).ToList() : inputs;
        return new StreamStateView(
            name, definition.Status, definition.Generation, closing.Min(p => p.Watermark), inputs.Exists(p => p.Lag is null) ? null : inputs.Sum(p => p.Lag),
            inputs.Sum(p => p.EventsPerSecond), Total(partitions), partitions.Sum(p => p.Keys), partitions.Sum(p => p.Bytes), alarms, partitions);
    }

    // Messages of the shuffle are no events, but what is late or dropped there was one.
    private static StreamCounters Total(List<StreamPartitionView> partitions) => partitions.Aggregate(
        new StreamCounters(), (sum, p) => sum + (p.Stage == StreamStage.Input ? p.Counters : p.Counters with { Events = 0 }));

    private async Task<(StreamDefinition Definition, string ETag)?> LoadAsync(string name, CancellationToken cancellationToken) =>
        StreamName.Fault(name) is null ? await _definitions.FindAsync(name, cancellationToken) : null;

    private async Task WriteAsync(StreamDefinition definition, string? etag, CancellationToken cancellationToken)
    {
        try
        {
            await _definitions.WriteAsync(definition, etag, cancellationToken);
        }
        catch (ConditionFailedException)
        {
            throw new JobConflictException($"Stream '{definition.Name}' was changed by somebody else at the same time. Look at it and try again.");
        }
        _catalog.Invalidate();
        // Who still works on an earlier generation finds its state gone, and stops.
        await _states.RemoveStreamAsync(definition.Name, definition.Generation, cancellationToken);
    }

    // The new query sees the events behind those that the old one has seen.
    private async Task<StreamStart> PositionAsync(StreamDefinition old, DateTimeOffset now, CancellationToken cancellationToken)
    {
        // A partition that has committed nothing yet begins where it was to begin.
        var after = new Dictionary<int, long>((IEnumerable<KeyValuePair<int, long>>?)old.From.After ?? []);
        foreach (var place in await _states.PlacesAsync(old.Name, old.Generation, cancellationToken))
        {
            if (place.Stage == StreamStage.Input && (await _states.LoadAsync(place, cancellationToken)).State is { LastSequence: >= 0 } state)
                after[place.Partition] = state.LastSequence;
        }
        return new StreamStart(Time: old.From.Earliest ? null : old.From.Time ?? now, Earliest: old.From.Earliest, After: after);
    }

    private async Task<int> TargetsAsync(CompiledStream compiled, CancellationToken cancellationToken) =>
        compiled.IsShuffled ? await _shuffle.CountPartitionsAsync(cancellationToken) : 0;

    private async Task<long?> LagAsync(string hub, int partition, PartitionState state, CancellationToken cancellationToken)
    {
        try
        {
            var range = await _log.RangeAsync(hub, partition, cancellationToken);
            return Math.Max(0, range.Last - Math.Max(state.LastSequence, range.First - 1));
        }
        catch (EventHubException)
        {
            return null;
        }
    }

    private static StreamStart Start(StreamStart start, DateTimeOffset now) =>
        start is { Earliest: false, Time: null } ? start with { Time = now } : start;

    private static bool Same(string field, JsonElement a, JsonElement b)
    {
        var (left, right) = (a.TryGetProperty(field, out var x) ? x : default, b.TryGetProperty(field, out var y) ? y : default);
        return left.ValueKind == JsonValueKind.Undefined || right.ValueKind == JsonValueKind.Undefined
            ? left.ValueKind == right.ValueKind
            : JsonElement.DeepEquals(left, right);
    }

    private static StreamView View(StreamDefinition definition, CompiledStream? compiled) => new(
        definition.Name, definition.Status, definition.Generation, definition.Spec.GetProperty("hub").GetString()!, definition.CreatedAt, definition.UpdatedAt,
        compiled is null ? null : [.. compiled.Result.Select(c => new ResultColumn(c.Name, c.Type))],
        compiled is null ? null : [.. compiled.Query.Description, .. compiled.Model is { } model ? [$"scores rows by version {model.Version} of the model {model.Model}, as {compiled.Spec.Score!.As}"] : Array.Empty<string>(), compiled.IsShuffled
            ? string.Create(CultureInfo.InvariantCulture, $"brings groups together over {definition.ShufflePartitions} partitions of the shuffle")
            : "works on each partition by itself"]);

    private static void CheckName(string name)
    {
        if (StreamName.Fault(name) is { } fault)
            throw new SpecException("", fault, ProblemTypes.InvalidRequest);
    }
}
