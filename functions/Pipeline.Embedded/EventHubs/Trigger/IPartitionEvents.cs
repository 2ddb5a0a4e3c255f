using System.Diagnostics.CodeAnalysis;
using Azure.Messaging.EventHubs;

namespace Pipeline.Embedded.EventHubs.Trigger;

/// <summary>The events of a partition, in order. For one caller at a time.</summary>
internal interface IPartitionEvents : IAsyncDisposable
{
    /// <summary>Takes the next event, where it is at hand. It may be kept.</summary>
    bool TryRead([NotNullWhen(true)] out ReceivedEvent? next);

    /// <summary>Ends when an event is at hand.</summary>
    ValueTask WaitAsync(CancellationToken cancellationToken);
}
