using System.Collections.Concurrent;

namespace Pipeline.Simulation.Ranks;

/// <summary>The messages and collectives of the ranks on one host, in two generations: what one superstep writes, the next reads, so
/// that no lock is needed between them.</summary>
internal sealed class Mailboxes(int size)
{
    private readonly ConcurrentDictionary<(int From, int To, int Tag), MessageBuffer>[] _messages = [new(), new()];
    private readonly ConcurrentDictionary<int, CollectiveRound>[] _rounds = [new(), new()];

    public int Size => size;

    /// <summary>The buffer that a message of a superstep is written to.</summary>
    public MessageBuffer Message(long superstep, int from, int to, int tag) =>
        _messages[superstep & 1].GetOrAdd((from, to, tag), static _ => new MessageBuffer());

    /// <summary>A message of a superstep; null where there is none.</summary>
    public MessageBuffer? Find(long superstep, int from, int to, int tag) =>
        _messages[superstep & 1].TryGetValue((from, to, tag), out var buffer) && buffer.Superstep == superstep ? buffer : null;

    /// <summary>A tag's collective of a superstep.</summary>
    public CollectiveRound Round(long superstep, int tag) => _rounds[superstep & 1].GetOrAdd(tag, static (t, n) => new CollectiveRound(t, n), size);

    /// <summary>All messages of a superstep, in a fixed order.</summary>
    public IEnumerable<((int From, int To, int Tag) Key, MessageBuffer Buffer)> Messages(long superstep) =>
        _messages[superstep & 1].Where(m => m.Value.Superstep == superstep).Select(m => (m.Key, m.Value)).OrderBy(m => m.Key);

    /// <summary>The tags and collectives that a superstep may have started.</summary>
    public IEnumerable<(int Tag, CollectiveRound Round)> Rounds(long superstep) => _rounds[superstep & 1].Select(r => (r.Key, r.Value)).OrderBy(r => r.Key);

    /// <summary>Checks that every collective of a superstep was started by all ranks alike.</summary>
    public void Check(long superstep)
    {
        foreach (var (_, round) in _rounds[superstep & 1])
            round.Check(superstep);
    }
}
