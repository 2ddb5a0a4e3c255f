using System.Diagnostics.CodeAnalysis;
using Azure.Messaging.EventHubs;
using Microsoft.Extensions.Time.Testing;
using Pipeline.Embedded.EventHubs.Trigger;

namespace Pipeline.Tests.EventHubs;

/// <summary>How many events a function is given at once, and how long they wait for others.</summary>
public sealed class EventBatcherTests : IAsyncDisposable
{
    private readonly FakeTimeProvider _time = new();
    private readonly Waiting _events = new();

    public ValueTask DisposeAsync() => _events.DisposeAsync();

    [Fact]
    public async Task Next_ManyAtHand_GivesNoMoreThanTheMost()
    {
        var batcher = Batcher(new EventHubTriggerSettings { MaxEventBatchSize = 3 });
        _events.Arrive(5);

        Assert.Equal((long[])[0, 1, 2], await NumbersAsync(batcher));
        Assert.Equal((long[])[3, 4], await NumbersAsync(batcher));
    }

    [Fact]
    public async Task Next_LeastNotReached_WaitsForTheRest()
    {
        var batcher = Batcher(new EventHubTriggerSettings { MinEventBatchSize = 3 });
        _events.Arrive(2);
        var next = NumbersAsync(batcher);
        await _events.IsWaitedFor;

        Assert.False(next.IsCompleted);
        _events.Arrive(1);

        Assert.Equal((long[])[0, 1, 2], await next);
    }

    [Fact]
    public async Task Next_LeastNotReachedInTime_GivesWhatThereIs()
    {
        var batcher = Batcher(new EventHubTriggerSettings { MinEventBatchSize = 3, MaxWaitTime = TimeSpan.FromSeconds(20) });
        _events.Arrive(2);
        var next = NumbersAsync(batcher);
        await _events.IsWaitedFor;

        _time.Advance(TimeSpan.FromSeconds(19));
        Assert.False(next.IsCompleted);
        _time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal((long[])[0, 1], await next);
    }

    [Fact]
    public async Task Next_NothingAtHand_TheTimeBeginsWithTheFirstEvent()
    {
        var batcher = Batcher(new EventHubTriggerSettings { MinEventBatchSize = 2, MaxWaitTime = TimeSpan.FromSeconds(20) });
        var next = NumbersAsync(batcher);
        await _events.IsWaitedFor;
        _time.Advance(TimeSpan.FromHours(1));
        Assert.False(next.IsCompleted);

        _events.Arrive(2);

        Assert.Equal((long[])[0, 1], await next);
    }

    [Fact]
    public async Task Next_LargeEvents_AreNotAllTakenIntoMemory()
    {
        var batcher = Batcher(new EventHubTriggerSettings { MaxEventBatchSize = 1000, MinEventBatchSize = 100 });
        _events.Arrive(40, bytes: 1 << 20);

        Assert.Equal(16, (await NumbersAsync(batcher)).Count());
    }

    [Fact]
    public async Task Next_Cancelled_Ends()
    {
        using var stop = new CancellationTokenSource();
        var batcher = Batcher(new EventHubTriggerSettings { MinEventBatchSize = 2 });
        _events.Arrive(1);
        var next = batcher.NextAsync(stop.Token);
        await _events.IsWaitedFor;

        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => next);
    }

    private EventBatcher Batcher(EventHubTriggerSettings settings) => new(_events, settings, _time);

    private static async Task<IEnumerable<long>> NumbersAsync(EventBatcher batcher) =>
        (await batcher.NextAsync(CancellationToken.None)).Select(one => one.SequenceNumber);

    private sealed class Waiting : IPartitionEvents
    {
        private readonly Queue<ReceivedEvent> _arrived = [];
        private readonly SemaphoreSlim _signal = new(0);
        private readonly TaskCompletionSource _waited = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _next;

        public Task IsWaitedFor => _waited.Task;

        public void Arrive(int count, int bytes = 1)
        {
            for (var i = 0; i < count; i++) _arrived.Enqueue(new GivenEvent(new byte[bytes], sequenceNumber: _next++));
            _signal.Release();
        }

        public bool TryRead([NotNullWhen(true)] out ReceivedEvent? next) => _arrived.TryDequeue(out next);

        public async ValueTask WaitAsync(CancellationToken cancellationToken)
        {
            while (_arrived.Count == 0)
            {
                var signalled = _signal.WaitAsync(cancellationToken);
                if (!signalled.IsCompleted) _waited.TrySetResult();
                await signalled;
            }
        }

        public ValueTask DisposeAsync()
        {
            _signal.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
