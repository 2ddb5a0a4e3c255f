using Pipeline.Simulation.Ranks;
using Pipeline.Simulation.Spec;
using Pipeline.Storage;

namespace Pipeline.Simulation.Running;

/// <summary>
/// Exchanges the messages of a superstep with the other hosts: one blob from each host to each other one, named by superstep, sender
/// and receiver. They stay until a checkpoint lies behind them, so that a host that was killed can compute again from the checkpoint
/// on while the others wait for it.
/// </summary>
internal sealed class BlobExchange(IObjectStore store, TimeProvider time, SimulationSpec spec, LegTask leg)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(20);

    // How often a host that waits looks whether another has stopped.
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(1);

    private readonly int[] _hostOf = [.. Enumerable.Range(0, spec.Hosts).SelectMany(host => Enumerable.Repeat(host, spec.RanksOf(host).Count))];

    /// <summary>Sends what the ranks here sent in a superstep, and takes in what others did.</summary>
    /// <exception cref="LostException">Another host's messages are damaged, or do not come.</exception>
    public Task ExchangeAsync(Mailboxes mailboxes, long superstep, CancellationToken cancellationToken) => Task.WhenAll(
        Others().Select(other => SendAsync(mailboxes, superstep, other, cancellationToken))
            .Concat(Others().Select(other => ReceiveAsync(mailboxes, superstep, other, cancellationToken))));

    private IEnumerable<int> Others() => Enumerable.Range(0, spec.Hosts).Where(host => host != leg.Host);

    private Task SendAsync(Mailboxes mailboxes, long superstep, int to, CancellationToken cancellationToken) =>
        store.WriteAsync(Path(superstep, leg.Host, to), MessageFormat.Write(mailboxes, superstep, leg.Host, to, rank => _hostOf[rank]), cancellationToken);

    private async Task ReceiveAsync(Mailboxes mailboxes, long superstep, int from, CancellationToken cancellationToken)
    {
        var path = Path(superstep, from, leg.Host);
        var bytes = await WaitAsync(path, from, superstep, cancellationToken);
        bool sound;
        lock (mailboxes)
            sound = MessageFormat.Read(bytes, mailboxes, superstep, from, leg.Host);
        if (!sound)
            throw new LostException($"The messages of superstep {superstep} from host {from} to host {leg.Host} are damaged (jobs/{path}).");
    }

    private async Task<byte[]> WaitAsync(string path, int from, long superstep, CancellationToken cancellationToken)
    {
        var (start, looked, pause) = (time.GetTimestamp(), time.GetTimestamp(), FirstPause);
        while (true)
        {
            if (await store.TryReadAsync(path, cancellationToken) is { } bytes)
                return bytes;
            if (time.GetElapsedTime(start) > spec.PeerTimeout)
                throw new LostException($"Host {leg.Host} waited {spec.PeerTimeout.TotalSeconds:0} s for the messages of superstep {superstep} from host {from}.");
            if (time.GetElapsedTime(looked) > Look)
            {
                looked = time.GetTimestamp();
                if (await store.TryReadAsync(SimulationFiles.Stopped(leg.JobId, leg.Run, leg.Attempt), cancellationToken) is not null)
                    throw new LostException($"Host {leg.Host} waits for host {from}, and a host has stopped.");
            }
            await Task.Delay(pause, time, cancellationToken);
            pause = pause * 1.5 < LongestPause ? pause * 1.5 : LongestPause;
        }
    }

    private string Path(long superstep, int from, int to) => SimulationFiles.Message(leg.JobId, leg.Run, leg.Attempt, superstep, from, to);
}
