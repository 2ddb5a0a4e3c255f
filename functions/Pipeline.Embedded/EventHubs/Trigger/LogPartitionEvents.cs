using System.Diagnostics.CodeAnalysis;
using Azure.Messaging.EventHubs;
using Pipeline.Embedded.EventHubs.Log;

namespace Pipeline.Embedded.EventHubs.Trigger;

/// <summary>Takes events from a partition's log. What a reader hands out holds until its next read, so that events are copied.</summary>
internal sealed class LogPartitionEvents(PartitionReader reader) : IPartitionEvents
{
    // Of the size that the collector still moves: an array above 85,000 bytes would live until a full collection.
    private const int ChunkBytes = 64 << 10;

    private IReadOnlyList<StoredEvent> _read = [];
    private int _at;
    private byte[] _chunk = [];
    private int _used;

    public bool TryRead([NotNullWhen(true)] out ReceivedEvent? next)
    {
        next = null;
        if (_at == _read.Count)
        {
            _read = reader.ReadAvailable();
            _at = 0;
            if (_read.Count == 0) return false;
        }

        var stored = _read[_at++];
        var length = AmqpEvent.LengthOf(stored);
        // Not cleared first: every byte that an event looks at is written.
        if (_chunk.Length - _used < length) (_chunk, _used) = (GC.AllocateUninitializedArray<byte>(Math.Max(ChunkBytes, length)), 0);
        next = new AmqpEvent(stored, _chunk, _used);
        _used += length;
        return true;
    }

    public async ValueTask WaitAsync(CancellationToken cancellationToken)
    {
        if (_at < _read.Count) return;
        // Nothing is at hand if the waiting fails: what was read last is used up.
        (_read, _at) = ([], 0);
        _read = await reader.ReadAsync(cancellationToken);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
