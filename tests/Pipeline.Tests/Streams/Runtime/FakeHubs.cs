using System.Runtime.CompilerServices;
using System.Text;
using Pipeline.Streams;

namespace Pipeline.Tests.Streams.Runtime;

/// <summary>Hubs in memory: logs that are appended to, and of which the start may be removed.</summary>
internal sealed class FakeHubs(TimeProvider time, int partitions) : IPartitionLog, IShuffleChannel
{
    public const string Shuffle = "pipeline-shuffle";

    private readonly Dictionary<(string Hub, int Partition), List<StreamEvent>> _logs = [];
    private readonly Dictionary<(string Hub, int Partition), long> _removed = [];

    /// <summary>Runs before anything is sent to the shuffle; tests make it fail here.</summary>
    public Action BeforeSend { get; set; } = () => { };

    /// <summary>How often a log was read beside the trigger.</summary>
    public int Reads { get; private set; }

    /// <summary>A hub that cannot be asked; null for none.</summary>
    public string? Unreachable { get; set; }

    public int Partitions => partitions;

    string IShuffleChannel.Hub => Shuffle;

    public IReadOnlyList<StreamEvent> Log(string hub, int partition)
    {
        lock (_logs)
            return _logs.TryGetValue((hub, partition), out var log) ? [.. log] : [];
    }

    public void Append(string hub, int partition, string body) => Append(hub, partition, Encoding.UTF8.GetBytes(body));

    public void RemoveFirst(string hub, int partition, int count) => _removed[(hub, partition)] = count;

    /// <summary>Removes a hub and makes another of its name.</summary>
    public void Remake(string hub)
    {
        lock (_logs)
        {
            foreach (var key in _logs.Keys.Where(key => key.Hub == hub))
                _logs.Remove(key);
        }
    }

    public Task<int> CountPartitionsAsync(string hub, CancellationToken cancellationToken) =>
        hub == Unreachable ? throw new EventHubException($"The hub '{hub}' cannot be reached.") : Task.FromResult(partitions);

    public Task<int> CountPartitionsAsync(CancellationToken cancellationToken) => Task.FromResult(partitions);

    public Task<LogRange> RangeAsync(string hub, int partition, CancellationToken cancellationToken)
    {
        var log = Log(hub, partition);
        return Task.FromResult(new LogRange(_removed.GetValueOrDefault((hub, partition)), log.Count - 1, log.Count == 0 ? default : Micros.ToTime(log[^1].Enqueued)));
    }

    public Task<long> FirstSinceAsync(string hub, int partition, DateTimeOffset since, CancellationToken cancellationToken) =>
        Task.FromResult((long)Log(hub, partition).TakeWhile(e => e.Enqueued < Micros.Of(since)).Count());

    public async IAsyncEnumerable<IReadOnlyList<StreamEvent>> ReadAsync(string hub, int partition, long first, long last, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        Reads++;
        await Task.CompletedTask;
        foreach (var batch in Log(hub, partition).Where(e => e.SequenceNumber >= first && e.SequenceNumber <= last).Chunk(100))
            yield return batch;
    }

    public Task SendAsync(int partition, IReadOnlyList<ReadOnlyMemory<byte>> messages, CancellationToken cancellationToken)
    {
        BeforeSend();
        foreach (var message in messages)
            Append(Shuffle, partition, message.ToArray());
        return Task.CompletedTask;
    }

    private void Append(string hub, int partition, byte[] body)
    {
        lock (_logs)
        {
            if (!_logs.TryGetValue((hub, partition), out var log))
                _logs[(hub, partition)] = log = [];
            log.Add(new StreamEvent(body, log.Count, Micros.Of(time.GetUtcNow()), $"{log.Count * 100}"));
        }
    }
}
