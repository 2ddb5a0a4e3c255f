namespace Pipeline.Embedded.EventHubs;

/// <summary>One who reads a partition for a consumer group.</summary>
internal interface IEventConsumer
{
    /// <summary>The owner level: of those who have one, the highest reads alone. Null reads beside others.</summary>
    long? Epoch { get; }

    /// <summary>Tells the consumer that another has taken the partition; it must not read on.</summary>
    void Evict(string reason);
}
