namespace Pipeline.Embedded.EventHubs;

/// <summary>Who reads each partition of a hub, by consumer group: the owner of the highest epoch alone, or a few without one.</summary>
internal sealed class PartitionConsumers
{
    /// <summary>The most consumers without an epoch that a partition takes in one group.</summary>
    public const int Most = 5;

    private readonly Lock _lock = new();
    private readonly Dictionary<(string Group, int Partition), List<IEventConsumer>> _consumers = [];

    /// <summary>Lets a consumer in and evicts those that it supersedes: all of the same or a lower epoch, where it has one.</summary>
    /// <exception cref="ConsumerConflictException">A higher epoch owns the partition, or too many read it.</exception>
    public void Add(string group, int partition, IEventConsumer consumer)
    {
        IEventConsumer[] evicted = [];
        lock (_lock)
        {
            var key = (group.ToUpperInvariant(), partition);
            if (!_consumers.TryGetValue(key, out var there)) _consumers[key] = there = [];
            if (there.Max(other => other.Epoch) is { } owner && !(consumer.Epoch >= owner))
            {
                throw new ConsumerConflictException(
                    $"Partition {partition} is read in the consumer group '{group}' by an owner of epoch {owner}; "
                    + "a consumer needs that epoch or a higher one, or another consumer group.", isOwned: true);
            }

            if (consumer.Epoch is not null)
            {
                evicted = [.. there];
                there.Clear();
            }
            else if (there.Count >= Most)
            {
                throw new ConsumerConflictException(
                    $"Partition {partition} has {Most} consumers in the consumer group '{group}' already; close one, or use another consumer group.", isOwned: false);
            }

            there.Add(consumer);
        }

        foreach (var other in evicted)
        {
            other.Evict($"A consumer of epoch {consumer.Epoch} has taken partition {partition} in the consumer group '{group}'.");
        }
    }

    /// <summary>Lets a consumer go; nothing happens where it has been evicted.</summary>
    public void Remove(string group, int partition, IEventConsumer consumer)
    {
        lock (_lock)
        {
            var key = (group.ToUpperInvariant(), partition);
            if (_consumers.TryGetValue(key, out var there) && there.Remove(consumer) && there.Count == 0) _consumers.Remove(key);
        }
    }
}
