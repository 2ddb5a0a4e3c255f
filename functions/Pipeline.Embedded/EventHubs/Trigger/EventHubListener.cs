using Microsoft.Extensions.Logging;
using Pipeline.Embedded.Hosting;
using Pipeline.Embedded.Triggers;
using Pipeline.Storage;

namespace Pipeline.Embedded.EventHubs.Trigger;

/// <summary>
/// Runs one Event Hub function: shares the hub's partitions out with the other hosts of the same store by leases, and pumps the
/// events of those that are its own.
/// </summary>
internal sealed class EventHubListener : ITriggerListener
{
    private static readonly TimeSpan s_pauseAfterFailure = TimeSpan.FromSeconds(1);

    private readonly HostedFunction _function;
    private readonly TriggerRunner _runner;
    private readonly EventHubTriggerBinding _binding;
    private readonly IEventHubSource _source;
    private readonly HubObjects _objects;
    private readonly string _host;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Dictionary<string, (PartitionPump Pump, string ETag)> _running = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _owners = new(StringComparer.Ordinal);
    private readonly List<PartitionPump> _abandoned = [];
    private HubDescription? _hub;
    private Task _loop = Task.CompletedTask;

    /// <summary>Makes a listener.</summary>
    /// <param name="function">The function.</param>
    /// <param name="runner">Runs it.</param>
    /// <param name="source">Its hub.</param>
    /// <param name="store">What the hosts share.</param>
    /// <param name="host">The name of this host, which no other process has at the same time.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Where is said what goes wrong.</param>
    public EventHubListener(
        HostedFunction function, TriggerRunner runner, IEventHubSource source, IObjectStore store, string host, TimeProvider time, ILogger<EventHubListener> logger)
    {
        _function = function;
        _runner = runner;
        _binding = (EventHubTriggerBinding)function.Trigger;
        _source = source;
        _objects = new HubObjects(store, source.FullyQualifiedNamespace, _binding.Hub, _binding.ConsumerGroup);
        _host = host;
        _time = time;
        _logger = logger;
    }

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _loop = Task.Run(BalanceAsync, CancellationToken.None);
        return Task.CompletedTask;
    }

    public async Task StopAsync()
    {
        await _stopping.CancelAsync();
        await _loop;
        await Task.WhenAll(_running.Select(running => ReleaseAsync(running.Key, running.Value.Pump, running.Value.ETag)));
        await Task.WhenAll(_abandoned.Select(pump => pump.Ended));
        await _source.DisposeAsync();
    }

    public void Dispose()
    {
        _stopping.Dispose();
        foreach (var pump in _abandoned.Concat(_running.Values.Select(running => running.Pump)).Where(pump => pump.Ended.IsCompleted)) pump.Dispose();
    }

    private async Task BalanceAsync()
    {
        var failing = false;
        while (!_stopping.IsCancellationRequested)
        {
            var pause = _binding.Settings.LoadBalancingInterval;
            try
            {
                await BalanceOnceAsync(_stopping.Token);
                failing = false;
            }
            catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                // Once per outage: hub and store may be away for long.
                if (!failing) _logger.LogError(e, "{Function} cannot share out the partitions of the event hub {Hub}; trying again", _function.Name, _binding.Hub);
                failing = true;
                pause = s_pauseAfterFailure < pause ? s_pauseAfterFailure : pause;
            }

            await Task.Delay(pause, _time, _stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task BalanceOnceAsync(CancellationToken cancellationToken)
    {
        _hub ??= await _source.DescribeAsync(cancellationToken);
        ForgetEnded();

        var versions = await _objects.OwnershipsAsync(cancellationToken);
        foreach (var (partition, (pump, etag)) in _running.ToArray())
        {
            if (await TryWriteAsync(partition, _host, WriteCondition.IfMatch(etag), cancellationToken) is { } prolonged) _running[partition] = (pump, prolonged);
            else await FindLossAsync(partition, pump, cancellationToken);
        }

        var oldest = _time.GetUtcNow() - _binding.Settings.OwnershipExpiration;
        var ownerships = new List<Ownership>();
        foreach (var partition in _hub.PartitionIds)
        {
            var found = versions.GetValueOrDefault(partition);
            ownerships.Add(new Ownership(partition, await OwnerAsync(found, cancellationToken), found is not null && found.LastModified > oldest));
        }

        foreach (var partition in PartitionShares.ToTake(ownerships, _host, _running.Keys.ToHashSet(StringComparer.Ordinal)))
        {
            var condition = versions.TryGetValue(partition, out var found) ? WriteCondition.IfMatch(found.ETag) : WriteCondition.IfAbsent;
            if (await TryWriteAsync(partition, _host, condition, cancellationToken) is not { } etag) continue;
            _running[partition] = (new PartitionPump(_function, _runner, _source, _objects, partition, _host, _time, _logger), etag);
        }
    }

    private void ForgetEnded()
    {
        // A pump ends by itself where its checkpoint has shown that another host owns the partition.
        foreach (var (partition, (pump, _)) in _running.Where(running => running.Value.Pump.Ended.IsCompleted).ToArray())
        {
            _running.Remove(partition);
            _abandoned.Add(pump);
        }

        foreach (var pump in _abandoned.Where(pump => pump.Ended.IsCompleted)) pump.Dispose();
        _abandoned.RemoveAll(pump => pump.Ended.IsCompleted);
    }

    // The lease is another's, unless the answer to a write of our own was lost on the way.
    private async Task FindLossAsync(string partition, PartitionPump pump, CancellationToken cancellationToken)
    {
        if (await _objects.ReadAsync<OwnerRecord>(_objects.OwnershipPath(partition), cancellationToken) is { } found && found.Value.Owner == _host)
        {
            _running[partition] = (pump, found.ETag);
            return;
        }

        _logger.LogInformation("{Function} has lost {Hub}/{Partition} to another host", _function.Name, _binding.Hub, partition);
        pump.Abandon();
        _abandoned.Add(pump);
        _running.Remove(partition);
    }

    private async Task<string> OwnerAsync(ObjectInfo? version, CancellationToken cancellationToken)
    {
        if (version is null) return "";
        if (_owners.TryGetValue(version.ETag, out var known)) return known;
        if (_owners.Count > 4 * _hub!.PartitionIds.Count) _owners.Clear();
        var found = await _objects.ReadAsync<OwnerRecord>(version.Path, cancellationToken);
        return _owners[version.ETag] = found?.Value.Owner ?? "";
    }

    private async Task<string?> TryWriteAsync(string partition, string owner, WriteCondition condition, CancellationToken cancellationToken)
    {
        try
        {
            return await _objects.WriteAsync(_objects.OwnershipPath(partition), new OwnerRecord(owner), condition, cancellationToken);
        }
        catch (ConditionFailedException)
        {
            return null;
        }
    }

    private async Task ReleaseAsync(string partition, PartitionPump pump, string etag)
    {
        await pump.StopAsync();
        try
        {
            await TryWriteAsync(partition, "", WriteCondition.IfMatch(etag), CancellationToken.None);
        }
        catch (Exception e)
        {
            _logger.LogWarning(e, "{Function} cannot give {Hub}/{Partition} free; another host takes it when the lease has ended", _function.Name, _binding.Hub, partition);
        }
    }

    private sealed record OwnerRecord(string Owner);
}
