using System.Collections;
using System.Reflection;
using System.Text;
using System.Text.Json;
using Microsoft.Azure.Functions.Worker;
using Pipeline.Embedded.Hosting;
using Pipeline.Streams;

namespace Pipeline.Embedded.EventHubs.Output;

/// <summary>Sends to an event hub what a function returns: an event for a text, bytes or an object as JSON, and one for each of several.</summary>
internal sealed class EventHubOutputBinding : OutputBinding
{
    private readonly PropertyInfo? _property;
    private readonly EventHubSenders _senders;

    public EventHubOutputBinding(EventHubOutputAttribute attribute, PropertyInfo? property, HostSettings settings, EventHubSenders senders, string where)
        : base(property?.Name ?? Return)
    {
        _property = property;
        _senders = senders;
        Hub = settings.Resolve(attribute.EventHubName, where);
        Connection = attribute.Connection is { Length: > 0 } connection
            ? connection
            : throw FunctionCatalog.Fault(where, $"its Event Hub output names no connection. Write Connection = \"{EventHubServices.ConnectionName}\", or another setting's name.");
        if (Hub.Length == 0) throw FunctionCatalog.Fault(where, $"its Event Hub output '{attribute.EventHubName}' names no event hub.");
    }

    /// <summary>The hub's name.</summary>
    public string Hub { get; }

    /// <summary>The setting that says how to connect.</summary>
    public string Connection { get; }

    public override string Type => "eventHub";

    public override async Task WriteAsync(object? result, CancellationToken cancellationToken)
    {
        var value = result is null || _property is null ? result : _property.GetValue(result);
        var events = Events(value);
        if (events.Count > 0) await _senders.Get(Connection).SendAsync(Hub, events, cancellationToken);
    }

    /// <summary>The events of a value; none for null.</summary>
    internal static IReadOnlyList<OutgoingEvent> Events(object? value) => value switch
    {
        null => [],
        string or byte[] or BinaryData or ReadOnlyMemory<byte> or IDictionary or JsonElement => [new OutgoingEvent(Body(value))],
        IEnumerable many => [.. many.Cast<object?>().Where(one => one is not null).Select(one => new OutgoingEvent(Body(one!)))],
        _ => [new OutgoingEvent(Body(value))],
    };

    private static ReadOnlyMemory<byte> Body(object value) => value switch
    {
        string text => Encoding.UTF8.GetBytes(text),
        byte[] bytes => bytes,
        ReadOnlyMemory<byte> bytes => bytes,
        BinaryData data => data.ToMemory(),
        _ => JsonSerializer.SerializeToUtf8Bytes(value, value.GetType(), WorkerJson.Options),
    };
}
