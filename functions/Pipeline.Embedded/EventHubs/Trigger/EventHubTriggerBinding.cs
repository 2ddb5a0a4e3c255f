using System.Reflection;
using System.Text;
using System.Text.Json;
using Azure.Messaging.EventHubs;
using Microsoft.Azure.Functions.Worker;
using Pipeline.Embedded.Hosting;
using Pipeline.Streams;

namespace Pipeline.Embedded.EventHubs.Trigger;

/// <summary>An Event Hub function: the hub it listens to, and how events reach its parameter, by the batch or one by one.</summary>
internal sealed class EventHubTriggerBinding : TriggerBinding
{
    private static readonly MethodInfo s_arrayOf = typeof(EventHubTriggerBinding).GetMethod(nameof(ArrayOf), BindingFlags.Static | BindingFlags.NonPublic)!;

    private readonly string? _missing;

    public EventHubTriggerBinding(EventHubTriggerAttribute attribute, HostSettings settings, string where)
    {
        IsBatched = attribute.IsBatched;
        Connection = attribute.Connection is { Length: > 0 } connection
            ? connection
            : throw FunctionCatalog.Fault(where, $"its Event Hub trigger names no connection. Write Connection = \"{EventHubServices.ConnectionName}\", or another setting's name.");
        Hub = settings.TryResolve(attribute.EventHubName, out _missing) ?? "";
        var group = attribute.ConsumerGroup is { Length: > 0 } given ? settings.TryResolve(given, out var missing) : HubDeclaration.DefaultConsumerGroup;
        ConsumerGroup = group ?? HubDeclaration.DefaultConsumerGroup;
        if (Hub.Length == 0) _missing ??= attribute.EventHubName;
        Settings = settings.EventHubs.Value;
    }

    /// <summary>The hub's name; empty where its setting is not set.</summary>
    public string Hub { get; }

    /// <summary>The consumer group.</summary>
    public string ConsumerGroup { get; }

    /// <summary>The setting that says how to connect.</summary>
    public string Connection { get; }

    /// <summary>Whether the function takes many events at once.</summary>
    public bool IsBatched { get; }

    /// <summary>How events are taken.</summary>
    public EventHubTriggerSettings Settings { get; }

    public override TriggerKind Kind => TriggerKind.EventHub;

    public override string Type => "eventHubTrigger";

    public override bool IsFrequent => true;

    public override string? Disabled => Hub.Length == 0 ? $"the setting {_missing} names no event hub" : null;

    public override string Detail => Hub.Length == 0 ? "" : $"{Hub} ({ConsumerGroup})";

    public override string AllowedTypes => IsBatched
        ? "EventData[], string[], byte[][], ReadOnlyMemory<byte>[], BinaryData[], or an array of a type that JSON can be read into (IsBatched = false takes one)"
        : "EventData, string, byte[], ReadOnlyMemory<byte>, BinaryData, or a type that JSON can be read into";

    public override ParameterBinder? BindTrigger(ParameterInfo parameter)
    {
        var type = parameter.ParameterType;
        if (!IsBatched)
        {
            if (type == typeof(EventData[])) return null;
            var read = Reader(type);
            return context => new ValueTask<object?>(read(Batch(context).Events[0]));
        }

        if (type == typeof(EventData[])) return context => new ValueTask<object?>(Batch(context).Events);
        // An array of bytes is one event's body, which is not what a batch gives.
        if (!type.IsSZArray || type == typeof(byte[])) return null;
        var element = type.GetElementType()!;
        var bind = s_arrayOf.MakeGenericMethod(element).CreateDelegate<Func<EventData[], Func<EventData, object?>, object>>();
        var one = Reader(element);
        return context => new ValueTask<object?>(bind(Batch(context).Events, one));
    }

    public override IReadOnlyDictionary<string, object?> BindingData(EmbeddedFunctionContext context) => new EventBindingData(Batch(context), IsBatched);

    /// <summary>Functions that would take each other's partitions.</summary>
    public static IEnumerable<string> Conflicts(IReadOnlyList<HostedFunction> functions) => functions
        .Where(function => function is { Disabled: null, Trigger: EventHubTriggerBinding })
        .Select(function => (Function: function, Binding: (EventHubTriggerBinding)function.Trigger))
        .GroupBy(one => (Upper(one.Binding.Connection), Upper(one.Binding.Hub), Upper(one.Binding.ConsumerGroup)))
        .Where(same => same.Count() > 1)
        .Select(same =>
            $"{string.Join(" and ", same.Select(one => one.Function.EntryPoint))} all listen to the event hub '{same.First().Binding.Hub}' in the consumer group "
            + $"'{same.First().Binding.ConsumerGroup}', so that each event would reach only one of them. Give each a consumer group of its own.");

    private static string Upper(string text) => text.ToUpperInvariant();

    private static EventBatch Batch(EmbeddedFunctionContext context) => (EventBatch)context.TriggerData;

    private static T[] ArrayOf<T>(EventData[] events, Func<EventData, object?> read)
    {
        var array = new T[events.Length];
        for (var i = 0; i < array.Length; i++) array[i] = (T)read(events[i])!;
        return array;
    }

    private static Func<EventData, object?> Reader(Type type)
    {
        if (type == typeof(EventData)) return received => received;
        if (type == typeof(string)) return received => Encoding.UTF8.GetString(received.Body.Span);
        if (type == typeof(byte[])) return received => received.Body.ToArray();
        if (type == typeof(ReadOnlyMemory<byte>)) return received => received.Body;
        if (type == typeof(BinaryData)) return received => received.EventBody;
        return received =>
        {
            try
            {
                return JsonSerializer.Deserialize(received.Body.Span, type, WorkerJson.Options);
            }
            catch (JsonException e)
            {
                throw new InvalidOperationException(
                    $"The event with sequence number {received.SequenceNumber} cannot be read as {type.Name}: {e.Message} Take EventData to handle such events yourself.", e);
            }
        };
    }
}
