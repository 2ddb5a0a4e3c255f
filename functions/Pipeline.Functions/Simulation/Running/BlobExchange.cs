using Pipeline.Simulation.Spec;
using Pipeline.Storage;

namespace Pipeline.Simulation.Running;

/// <summary>
/// Exchanges the messages of a superstep with the other hosts: one blob from each host to each whose ranks are partners of its own, named by
/// superstep, sender and receiver. They stay until a checkpoint lies behind them, so that a host that was killed can compute again from the checkpoint
/// on while the others wait for it.
/// </summary>
internal sealed class BlobExchange
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(20);

    // How often a host that waits looks whether another has stopped.
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(1);

    private readonly IObjectStore _store;
    private readonly TimeProvider _time;
    private readonly TimeSpan _patience;
    private readonly LegTask _leg;
    private readonly RankGroup _group;
    private readonly int[] _hostOf;
    private readonly int[] _others;

    public BlobExchange(IObjectStore store, TimeProvider time, SimulationSpec spec, LegTask leg, RankGroup group)
    {
        (_store, _time, _patience, _leg, _group) = (store, time, spec.PeerTimeout, leg, group);
        _hostOf = [.. Enumerable.Range(0, spec.Hosts).SelectMany(host => Enumerable.Repeat(host, spec.RanksOf(host).Count))];
        _others = [.. (group.Partners ?? Enumerable.Range(0, spec.Ranks)).Select(rank => _hostOf[rank]).Distinct().Where(host => host != leg.Host).Order()];
    }

    /// <summary>Sends what the ranks here sent in their last superstep, and takes in what others did.</summary>
    /// <exception cref="LostException">Another host's messages are damaged, or do not come.</exception>
    public Task ExchangeAsync(CancellationToken cancellationToken) => Task.WhenAll(
        _others.Select(other => SendAsync(other, cancellationToken)).Concat(_others.Select(other => ReceiveAsync(other, cancellationToken))));

    private Task SendAsync(int to, CancellationToken cancellationToken) =>
        _store.WriteAsync(Path(_leg.Host, to), MessageFormat.Write(_group.Mailboxes, _group.Superstep, _leg.Host, to, rank => _hostOf[rank]), cancellationToken);

    private async Task ReceiveAsync(int from, CancellationToken cancellationToken)
    {
        var path = Path(from, _leg.Host);
        var bytes = await WaitAsync(path, from, cancellationToken);
        bool sound;
        lock (_group.Mailboxes)
            sound = MessageFormat.Read(bytes, _group.Mailboxes, _group.Superstep, from, _leg.Host);
        if (!sound)
            throw new LostException($"The messages of superstep {_group.Superstep} from host {from} to host {_leg.Host} are damaged (jobs/{path}).");
    }

    private async Task<byte[]> WaitAsync(string path, int from, CancellationToken cancellationToken)
    {
        var (start, looked, pause) = (_time.GetTimestamp(), _time.GetTimestamp(), FirstPause);
        while (true)
        {
            if (await _store.TryReadAsync(path, cancellationToken) is { } bytes)
                return bytes;
            if (_time.GetElapsedTime(start) > _patience)
                throw new LostException($"Host {_leg.Host} waited {_patience.TotalSeconds:0} s for the messages of superstep {_group.Superstep} from host {from}.");
            if (_time.GetElapsedTime(looked) > Look)
            {
                looked = _time.GetTimestamp();
                if (await _store.TryReadAsync(SimulationFiles.Stopped(_leg.JobId, _leg.Run, _leg.Attempt), cancellationToken) is not null)
                    throw new LostException($"Host {_leg.Host} waits for host {from}, and a host has stopped.");
            }
            await Task.Delay(pause, _time, cancellationToken);
            pause = pause * 1.5 < LongestPause ? pause * 1.5 : LongestPause;
        }
    }

    private string Path(int from, int to) => SimulationFiles.Message(_leg.JobId, _leg.Run, _leg.Attempt, _group.Superstep, from, to);
}
