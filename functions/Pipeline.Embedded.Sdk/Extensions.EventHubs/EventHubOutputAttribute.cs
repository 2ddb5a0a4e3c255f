using Microsoft.Azure.Functions.Worker.Extensions.Abstractions;

namespace Microsoft.Azure.Functions.Worker;

public sealed class EventHubOutputAttribute : OutputBindingAttribute
{
    public EventHubOutputAttribute(string eventHubName) => EventHubName = eventHubName;

    public string EventHubName { get; }

    public string? Connection { get; set; }
}
