using Microsoft.Extensions.Logging;
using Pipeline.Storage;

namespace Pipeline.Embedded.EventHubs.Trigger;

/// <summary>
/// The checkpoint of a partition that this host owns. It is written behind the functions' backs, the latest state only and not
/// more than a few times in a second: what a crash loses of it is delivered again. Every write goes under the version of the one
/// before, and an owner's first write is made before it takes an event: so an owner that has been superseded can write no more.
/// </summary>
internal sealed class PartitionCheckpoint
{
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan s_pauseAfterFailure = TimeSpan.FromSeconds(2);

    private readonly HubObjects _objects;
    private readonly string _path;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Lock _lock = new();
    private readonly TaskCompletionSource _ending = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Checkpoint _latest;
    private Checkpoint _written;
    private string _etag;
    private bool _isLost;
    private Task _writing = Task.CompletedTask;

    private PartitionCheckpoint(HubObjects objects, string path, Checkpoint claimed, string etag, TimeProvider time, ILogger logger)
    {
        _objects = objects;
        _path = path;
        _latest = _written = claimed;
        _etag = etag;
        _time = time;
        _logger = logger;
    }

    /// <summary>How far the functions are.</summary>
    public Checkpoint Latest
    {
        get
        {
            lock (_lock) return _latest;
        }
    }

    /// <summary>Is called when it turns out that another host has taken the partition.</summary>
    public Action? Lost { get; set; }

    /// <summary>Makes a host the one that writes a partition's checkpoint.</summary>
    /// <param name="objects">Where it is kept.</param>
    /// <param name="partition">The partition.</param>
    /// <param name="owner">The host.</param>
    /// <param name="hub">The hub as it is now.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Where is said what goes wrong.</param>
    /// <param name="cancellationToken">Abandons it.</param>
    /// <exception cref="ConditionFailedException">Another host is claiming it at this moment.</exception>
    public static async Task<PartitionCheckpoint> ClaimAsync(
        HubObjects objects, string partition, string owner, HubDescription hub, TimeProvider time, ILogger logger, CancellationToken cancellationToken)
    {
        var path = objects.CheckpointPath(partition);
        var found = await objects.ReadAsync<Checkpoint>(path, cancellationToken);
        var claimed = new Checkpoint(-1, null, owner, (found?.Value.Epoch ?? 0) + 1, hub.CreatedAt);
        if (found is { Value: var before } && before.SequenceNumber >= 0)
        {
            if (SameHub(before.HubCreatedAt, hub.CreatedAt)) claimed = claimed with { SequenceNumber = before.SequenceNumber, Offset = before.Offset };
            else logger.LogWarning("The checkpoint {Path} is of an event hub that was made at {Old:u}; the present one was made at {New:u} and begins anew", path, before.HubCreatedAt, hub.CreatedAt);
        }

        // What is there but cannot be read is replaced, whatever its version.
        var condition = found is { ETag: var etag } ? WriteCondition.IfMatch(etag) : WriteCondition.None;
        return new PartitionCheckpoint(objects, path, claimed, await objects.WriteAsync(path, claimed, condition, cancellationToken), time, logger);
    }

    /// <summary>Notes how far the functions are.</summary>
    public void Advance(long sequenceNumber, string offset)
    {
        lock (_lock)
        {
            _latest = _latest with { SequenceNumber = sequenceNumber, Offset = offset };
            if (_writing.IsCompleted && !_ending.Task.IsCompleted) _writing = Task.Run(WriteAsync);
        }
    }

    /// <summary>Forgets where the functions were: what comes next is the partition's first event for them.</summary>
    public void BeginAnew()
    {
        lock (_lock) _latest = _latest with { SequenceNumber = -1, Offset = null };
    }

    /// <summary>Writes what has not been written, and ends. Nothing may be noted afterwards.</summary>
    public async Task FlushAsync()
    {
        _ending.TrySetResult();
        Task writing;
        lock (_lock) writing = _writing;
        await writing;
        for (var attempt = 0; attempt < 2 && _latest != _written && !_isLost; attempt++) await TryWriteAsync(_latest);
    }

    private async Task WriteAsync()
    {
        while (true)
        {
            Checkpoint latest;
            lock (_lock)
            {
                latest = _latest;
                if (latest == _written || _isLost || _ending.Task.IsCompleted) return;
            }

            var pause = await TryWriteAsync(latest) ? s_pause : s_pauseAfterFailure;
            await Task.WhenAny(Task.Delay(pause, _time), _ending.Task);
        }
    }

    private async Task<bool> TryWriteAsync(Checkpoint checkpoint)
    {
        try
        {
            _etag = await _objects.WriteAsync(_path, checkpoint, WriteCondition.IfMatch(_etag), CancellationToken.None);
            _written = checkpoint;
            return true;
        }
        catch (ConditionFailedException)
        {
            return await StillOursAsync();
        }
        catch (Exception e)
        {
            _logger.LogWarning(e, "The checkpoint {Path} cannot be written; trying again. Until then a restart delivers events again", _path);
            return false;
        }
    }

    // A write whose answer was lost on the way has changed the version all the same.
    private async Task<bool> StillOursAsync()
    {
        try
        {
            if (await _objects.ReadAsync<Checkpoint>(_path, CancellationToken.None) is { } found
                && found.Value.Owner == _latest.Owner && found.Value.Epoch == _latest.Epoch)
            {
                (_written, _etag) = found;
                return true;
            }

            _isLost = true;
            Lost?.Invoke();
        }
        catch (Exception e)
        {
            _logger.LogWarning(e, "The checkpoint {Path} cannot be read; trying again", _path);
        }

        return false;
    }

    // Over AMQP a time comes in milliseconds.
    private static bool SameHub(DateTimeOffset one, DateTimeOffset other) => (one - other).Duration() < TimeSpan.FromMilliseconds(2);
}
