namespace Pipeline.Streams;

/// <summary>Sends events to event hubs.</summary>
public interface IEventHubSender
{
    /// <summary>
    /// Sends events, and ends when the hub has stored them all. Those of one key or partition arrive in their order. An event may
    /// arrive twice, where a connection broke before the hub's answer had come.
    /// </summary>
    /// <param name="hub">The hub.</param>
    /// <param name="events">The events; none does nothing.</param>
    /// <param name="cancellationToken">Stops the sending; events may have been sent by then.</param>
    /// <exception cref="EventHubException">Not all could be sent: the hub is unknown, not to be reached, or refuses an event.</exception>
    Task SendAsync(string hub, IReadOnlyList<OutgoingEvent> events, CancellationToken cancellationToken = default);

    /// <summary>The number of a hub's partitions; their ids are the numbers from 0.</summary>
    /// <param name="hub">The hub.</param>
    /// <param name="cancellationToken">Gives up asking.</param>
    /// <exception cref="EventHubException">The hub is unknown or not to be reached.</exception>
    Task<int> CountPartitionsAsync(string hub, CancellationToken cancellationToken = default);
}
