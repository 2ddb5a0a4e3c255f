using Pipeline.Embedded.EventHubs;

namespace Pipeline.Tests.EventHubs;

/// <summary>Who reads a partition: the highest epoch alone, or a few without one.</summary>
public class PartitionConsumersTests
{
    private readonly PartitionConsumers _consumers = new();

    [Theory]
    [InlineData(null, 0L)]
    [InlineData(0L, 1L)]
    [InlineData(3L, 3L)]
    public void Add_SameOrHigherEpoch_EvictsWhoWasThere(long? before, long after)
    {
        var first = Add(before);

        var second = Add(after);

        Assert.Contains($"epoch {after}", first.EvictedFor);
        Assert.Null(second.EvictedFor);
    }

    [Theory]
    [InlineData(2L, 1L)]
    [InlineData(0L, null)]
    public void Add_LowerEpochOrNone_IsRefused(long before, long? after)
    {
        var owner = Add(before);

        Assert.True(Assert.Throws<ConsumerConflictException>(() => Add(after)).IsOwned);
        Assert.Null(owner.EvictedFor);
    }

    [Fact]
    public void Add_MoreThanFiveWithoutEpoch_IsRefusedUntilOneLeaves()
    {
        var first = Add(null);
        for (var i = 1; i < PartitionConsumers.Most; i++) Add(null);

        Assert.False(Assert.Throws<ConsumerConflictException>(() => Add(null)).IsOwned);
        _consumers.Remove("$Default", 0, first);
        Add(null);
    }

    [Fact]
    public void Add_OtherPartitionOrGroup_DisturbsNobody()
    {
        var owner = Add(1);

        _consumers.Add("$Default", 1, new Consumer(0));
        _consumers.Add("other", 0, new Consumer(null));

        Assert.Null(owner.EvictedFor);
    }

    [Fact]
    public void Remove_WhoWasEvicted_LeavesTheNewOwner()
    {
        var first = Add(1);
        Add(2);

        _consumers.Remove("$DEFAULT", 0, first);

        Assert.Throws<ConsumerConflictException>(() => Add(1));
    }

    private Consumer Add(long? epoch)
    {
        var consumer = new Consumer(epoch);
        _consumers.Add("$Default", 0, consumer);
        return consumer;
    }

    private sealed class Consumer(long? epoch) : IEventConsumer
    {
        public long? Epoch { get; } = epoch;

        public string? EvictedFor { get; private set; }

        public void Evict(string reason) => EvictedFor = reason;
    }
}
