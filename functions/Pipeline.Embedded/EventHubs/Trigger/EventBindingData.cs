using System.Collections;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using Azure.Messaging.EventHubs;

namespace Pipeline.Embedded.EventHubs.Trigger;

/// <summary>
/// What FunctionContext.BindingContext shows of events, by the official names. Each value is made when it is asked for: most
/// functions look at the partition alone.
/// </summary>
internal sealed class EventBindingData : IReadOnlyDictionary<string, object?>
{
    private static readonly Dictionary<string, Func<EventBatch, object?>> s_ofBatch = new(StringComparer.OrdinalIgnoreCase)
    {
        ["PartitionContext"] = batch => batch.Partition.Json,
        ["SequenceNumberArray"] = Each(received => received.SequenceNumber),
        ["OffsetArray"] = Each(received => received.OffsetString),
        ["PartitionKeyArray"] = Each(received => received.PartitionKey),
        ["EnqueuedTimeUtcArray"] = Each(received => received.EnqueuedTime.UtcDateTime),
        ["PropertiesArray"] = Each(received => received.Properties),
        ["SystemPropertiesArray"] = Each(received => received.SystemProperties),
    };

    private static readonly Dictionary<string, Func<EventBatch, object?>> s_ofOne = new(StringComparer.OrdinalIgnoreCase)
    {
        ["PartitionContext"] = batch => batch.Partition.Json,
        ["SequenceNumber"] = One(received => received.SequenceNumber),
        ["Offset"] = One(received => received.OffsetString),
        ["PartitionKey"] = One(received => received.PartitionKey),
        ["EnqueuedTimeUtc"] = One(received => received.EnqueuedTime.UtcDateTime),
        ["Properties"] = One(received => received.Properties),
        ["SystemProperties"] = One(received => received.SystemProperties),
    };

    private readonly EventBatch _batch;
    private readonly Dictionary<string, Func<EventBatch, object?>> _values;

    public EventBindingData(EventBatch batch, bool isBatched)
    {
        _batch = batch;
        _values = isBatched ? s_ofBatch : s_ofOne;
    }

    public IEnumerable<string> Keys => _values.Keys;

    public IEnumerable<object?> Values => _values.Values.Select(value => value(_batch));

    public int Count => _values.Count;

    public object? this[string key] => _values[key](_batch);

    public bool ContainsKey(string key) => _values.ContainsKey(key);

    public bool TryGetValue(string key, [MaybeNullWhen(false)] out object? value)
    {
        var found = _values.TryGetValue(key, out var make);
        value = make?.Invoke(_batch);
        return found;
    }

    public IEnumerator<KeyValuePair<string, object?>> GetEnumerator() =>
        _values.Select(pair => new KeyValuePair<string, object?>(pair.Key, pair.Value(_batch))).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private static Func<EventBatch, object?> Each<T>(Func<EventData, T> value) => batch => JsonSerializer.Serialize(batch.Events.Select(value));

    // Text comes as it is, everything else as JSON.
    private static Func<EventBatch, object?> One<T>(Func<EventData, T> value) =>
        batch => value(batch.Events[0]) is var found && found is null or string ? found : JsonSerializer.Serialize(found);
}
