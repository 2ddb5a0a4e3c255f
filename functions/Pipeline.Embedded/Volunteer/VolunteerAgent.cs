using System.Collections.Concurrent;
using System.Threading.Channels;
using Pipeline.Grid.Applications;
using Pipeline.Grid.Scheduling;
using Pipeline.Grid.Wire;

namespace Pipeline.Embedded.Volunteer;

/// <summary>A volunteer's client at work: asks for tasks, computes several at a time, sends results, and hears from the server which tasks
/// nobody needs any more. All that counts is on the disk, so that a kill costs no more than the time since the last checkpoint.</summary>
internal sealed class VolunteerAgent : IDisposable
{
    // What a server sends beyond that was never asked for.
    private const int MostHeld = 1_000;

    private readonly VolunteerSettings _settings;
    private readonly GridClient _client;
    private readonly VolunteerFolder _folder;
    private readonly IReadOnlyList<IGridApplication> _applications;
    private readonly Action<VolunteerEvent> _tell;
    private readonly PauseSwitch _pause;
    private readonly Random _random;
    private readonly Retry _retry;
    private readonly WorkFiles _files;
    private readonly TaskRunner _runner;
    private readonly ResultSender _sender;
    private readonly ConcurrentDictionary<string, HeldTask> _held = new(StringComparer.Ordinal);
    private readonly Channel<HeldTask> _finished = Channel.CreateUnbounded<HeldTask>();
    private readonly ConcurrentDictionary<Task, bool> _lives = new();
    private readonly SemaphoreSlim _slotFreed = new(0);
    private readonly SemaphoreSlim _computing;
    private readonly Lock _taking = new();
    private readonly CancellationTokenSource _ending = new();
    private readonly TaskCompletionSource _fault = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ProjectTrust? _trust;
    private volatile string _state = "starting";
    private bool _isAway;
    private int _reported;
    private int _failed;

    public VolunteerAgent(VolunteerSettings settings, GridClient client, VolunteerFolder folder, IReadOnlyList<IGridApplication> applications, PauseSwitch pause, Action<VolunteerEvent> tell)
    {
        (_settings, _client, _folder, _applications, _pause, _tell) = (settings, client, folder, applications, pause, tell);
        _random = new Random(settings.Seed);
        _computing = new SemaphoreSlim(settings.Tasks);
        _retry = new Retry(settings, _random, Away);
        _files = new WorkFiles(client, folder, settings);
        _runner = new TaskRunner(settings, pause);
        _sender = new ResultSender(client);
    }

    /// <summary>How it stands.</summary>
    public VolunteerStatus Status => new(
        _pause.IsPaused ? "paused" : _state, _reported, _failed,
        [.. _held.Values.OrderBy(task => task.Id, StringComparer.Ordinal).Select(task => new TaskStatus(
            task.Id, task.Assignment.Application.Name, task.Assignment.UnitName, task.Stage, task.FractionDone, task.CpuSeconds, task.Assignment.Deadline))]);

    /// <summary>Works until it is stopped, or until there is nothing left to do of what the settings ask for.</summary>
    /// <param name="stop">Stops; running tasks are saved first.</param>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    /// <exception cref="ServerRefusedException">The server does not know this client, or has barred it.</exception>
    /// <exception cref="UntrustedWorkException">The project's key is not the trusted one.</exception>
    public async Task RunAsync(CancellationToken stop)
    {
        await using var registration = stop.Register(_ending.Cancel);
        var ending = _ending.Token;
        Task[] loops = [];
        try
        {
            await StartAsync(ending);
            loops = [WorkAsync(ending), ReportAsync(ending), HeartbeatsAsync(ending), WatchPauseFileAsync(ending)];
            // None of them ends but by what it throws.
            await await Task.WhenAny([.. loops, _fault.Task]);
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            // What was asked for is done.
        }
        finally
        {
            await _ending.CancelAsync();
            await Task.WhenAll([.. loops, .. _lives.Keys]).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        stop.ThrowIfCancellationRequested();
    }

    public void Dispose()
    {
        foreach (var task in _held.Values)
            task.Dispose();
        _files.Dispose();
        _slotFreed.Dispose();
        _computing.Dispose();
        _ending.Dispose();
    }

    private async Task StartAsync(CancellationToken cancellationToken)
    {
        var (identity, key, isNew) = await new Registration(_client, _folder, _settings, _retry).EnsureAsync(cancellationToken);
        if (isNew)
            _tell(new VolunteerEvent("registered", $"Registered with {_client.Address} as volunteer {identity.VolunteerId}, host {identity.HostId}; its key is {key.Fingerprint}"));
        _trust = new ProjectTrust(key, identity.HostId!, _applications, _settings);
        foreach (var task in _folder.Load())
        {
            if (Refusal(task.Signed) is null)
                Live(task, refusal: null);
            else
                VolunteerFolder.Remove(task);
        }
        _state = "working";
    }

    private async Task WorkAsync(CancellationToken cancellationToken)
    {
        var trusted = new List<ApplicationVersion>();
        while (true)
        {
            await _pause.WaitAsync(cancellationToken);
            var free = _settings.Tasks - _held.Values.Count(task => task.Stage <= TaskStage.Running);
            if (free <= 0 || Remaining() <= 0)
            {
                await _slotFreed.WaitAsync(cancellationToken);
                continue;
            }
            if (trusted.Count == 0)
                trusted.AddRange(_trust!.Applications(await _retry.UntilAnsweredAsync(_client.ApplicationsAsync, cancellationToken)));
            if (trusted.Count == 0)
                throw new UntrustedWorkException("The project has no application that this client has built in and that its key has signed.");
            var answer = await _retry.UntilAnsweredAsync(token => _client.WorkAsync(Ask(Math.Min(free, Remaining()), trusted), token), cancellationToken);
            foreach (var signed in answer.Assignments)
                Accept(signed);
            if (answer.Assignments.Count > 0)
                continue;
            if (_settings.UntilIdle && _held.IsEmpty)
                await _ending.CancelAsync();
            var pause = Math.Clamp(answer.RetryAfterSeconds, 0.1, 3_600);
            double jitter;
            lock (_random)
                jitter = 1 + 0.5 * _random.NextDouble();
            await Task.Delay(TimeSpan.FromSeconds(pause * jitter), _settings.Time, cancellationToken);
        }
    }

    private WorkRequest Ask(int tasks, IReadOnlyList<ApplicationVersion> trusted) => new(
        tasks * 3_600.0 * _settings.CpuShare, tasks, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / Math.Max(1, _settings.Tasks), _settings.DiskBytes,
        trusted, _folder.CachedFiles(), [.. _held.Keys], _settings.WorkWait.TotalSeconds);

    // Tasks that may still be taken up before the wanted number of results is reached.
    private int Remaining() => _settings.Count is { } count ? count - _reported - _held.Count : int.MaxValue;

    private void Accept(SignedAssignment signed)
    {
        // An answer to a request and one to a heartbeat may bring the same task at the same time.
        lock (_taking)
        {
            if (signed?.Assignment is not { } work || !GridNames.IsId(work.ResultId) || _held.Count >= MostHeld || _held.ContainsKey(work.ResultId))
                return;
            Live(_folder.Add(signed), Refusal(signed));
        }
    }

    private string? Refusal(SignedAssignment signed)
    {
        try
        {
            _trust!.Check(signed);
            return null;
        }
        catch (UntrustedWorkException e)
        {
            return e.Message;
        }
    }

    private void Live(HeldTask task, string? refusal)
    {
        if (!_held.TryAdd(task.Id, task))
            return;
        if (refusal is not null)
        {
            _tell(new VolunteerEvent("refused", $"{task.Id} is not run: {refusal}", task.Id));
            task.End(TaskOutcome.Failed(refusal), default);
        }
        var life = LiveAsync(task);
        _lives[life] = true;
        _ = life.ContinueWith(ended => _lives.TryRemove(ended, out _), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    private async Task LiveAsync(HeldTask task)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(task.Aborted, _ending.Token);
        try
        {
            if (task.Outcome is null)
                await ComputeAsync(task, ending.Token);
            if (task.Outcome!.Success)
            {
                task.Stage = TaskStage.Uploading;
                _slotFreed.Release();
                await _sender.SendAsync(task, _retry, ending.Token);
            }
            task.Stage = TaskStage.Reporting;
            await _finished.Writer.WriteAsync(task, ending.Token);
        }
        catch (OperationCanceledException) when (task.Aborted.IsCancellationRequested)
        {
            Drop(task);
            _tell(new VolunteerEvent("aborted", $"{task.Id} is needed no more", task.Id));
        }
        catch (OperationCanceledException)
        {
            // Stopped; what there is of it is on the disk.
        }
        catch (Exception e)
        {
            _fault.TrySetException(e);
        }
    }

    private async Task ComputeAsync(HeldTask task, CancellationToken cancellationToken)
    {
        // The server may send more than there is room for: what another disk had lost, or what an earlier run with more tasks left.
        await _computing.WaitAsync(cancellationToken);
        try
        {
            var application = _trust!.Check(task.Signed);
            task.Stage = TaskStage.Fetching;
            var payload = await _retry.UntilAnsweredAsync(token => _files.FetchAsync(task, Needed(), token), cancellationToken);
            task.Stage = TaskStage.Running;
            var continued = File.Exists(task.CheckpointPath) ? " from its checkpoint" : "";
            _tell(new VolunteerEvent("started", $"{task.Id} runs{continued}: {application.Name}, {task.Assignment.UnitName}", task.Id));
            await _runner.RunAsync(task, application, payload, cancellationToken);
            _tell(new VolunteerEvent("finished", $"{task.Id} {(task.Outcome!.Success ? $"is computed in {task.Outcome.CpuSeconds:0.0} s" : $"failed: {task.Outcome.Error}")}", task.Id));
        }
        catch (Exception e) when (e is UntrustedWorkException || (e is ServerRefusedException { IsOfIdentity: false }))
        {
            _tell(new VolunteerEvent("refused", $"{task.Id} is not run: {e.Message}", task.Id));
            task.End(TaskOutcome.Failed(e.Message), default);
        }
        finally
        {
            _computing.Release();
        }
    }

    private HashSet<string> Needed() => [.. _held.Values.SelectMany(task => task.Assignment.SharedFiles).Select(file => file.Sha256)];

    private async Task ReportAsync(CancellationToken cancellationToken)
    {
        while (await _finished.Reader.WaitToReadAsync(cancellationToken))
        {
            var tasks = new List<HeldTask>();
            while (tasks.Count < WireChecks.MaxReports && _finished.Reader.TryRead(out var task))
                tasks.Add(task);
            var answers = (await _retry.UntilAnsweredAsync(token => _client.ReportAsync(new ReportRequest([.. tasks.Select(Report)]), token), cancellationToken))
                .Answers.GroupBy(answer => answer.ResultId).ToDictionary(group => group.Key, group => group.First());
            foreach (var task in tasks)
            {
                var taken = answers.GetValueOrDefault(task.Id);
                var counts = task.Outcome!.Success && taken?.State is ReportAnswer.Accepted or ReportAnswer.Known;
                Interlocked.Increment(ref counts ? ref _reported : ref _failed);
                Drop(task);
                _tell(new VolunteerEvent("reported", $"{task.Id} is reported: {taken?.State ?? "no answer"}{(taken?.Reason is { } reason ? $" ({reason})" : "")}", task.Id));
            }
            if (_settings.Count is { } count && _reported >= count)
                await _ending.CancelAsync();
        }
    }

    private static ResultReport Report(HeldTask task)
    {
        var outcome = task.Outcome!;
        return new ResultReport(
            task.Id, outcome.Success, outcome.Error, outcome.CpuSeconds, outcome.ElapsedSeconds, ClaimedCredit(task.Assignment), outcome.ResultSha256, outcome.ResultBytes);
    }

    // 200 for a day of 10^9 operations a second, as volunteers are used to.
    private static double ClaimedCredit(Assignment work) => Math.Clamp(work.Flops / 86_400e9 * 200, 0, 1e9);

    private async Task HeartbeatsAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(_settings.HeartbeatEvery, _settings.Time);
        while (await timer.WaitForNextTickAsync(cancellationToken))
        {
            var tasks = _held.Values.Take(1_000).Select(task => new TaskProgress(task.Id, task.FractionDone, task.CpuSeconds)).ToList();
            var answer = await _retry.UntilAnsweredAsync(token => _client.HeartbeatAsync(new HeartbeatRequest(tasks), token), cancellationToken);
            foreach (var id in answer.Abort)
            {
                if (_held.TryGetValue(id ?? "", out var task))
                    task.Abort();
            }
            foreach (var signed in answer.Resend)
                Accept(signed);
        }
    }

    private async Task WatchPauseFileAsync(CancellationToken cancellationToken)
    {
        if (_settings.PauseFile is not { } file)
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
            return;
        }
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(500), _settings.Time);
        var paused = false;
        do
        {
            if (File.Exists(file) == paused)
                continue;
            paused = !paused;
            _pause.SetByFile(paused);
            _tell(new VolunteerEvent(paused ? "paused" : "resumed", paused ? $"Paused while {file} exists" : $"{file} is gone: going on"));
        }
        while (await timer.WaitForNextTickAsync(cancellationToken));
    }

    private void Drop(HeldTask task)
    {
        lock (_taking)
        {
            VolunteerFolder.Remove(task);
            _held.TryRemove(task.Id, out _);
        }
        _slotFreed.Release();
    }

    private void Away((ServerAwayException Fault, TimeSpan Pause)? what)
    {
        var wasAway = Interlocked.Exchange(ref _isAway, what is not null);
        _state = what is null ? "working" : $"waiting for the server, which is asked again in {what.Value.Pause.TotalSeconds:0} s";
        if (what is null && wasAway)
            _tell(new VolunteerEvent("back", "The server is back"));
        else if (what is { } away && !wasAway)
            _tell(new VolunteerEvent("away", $"{away.Fault.Message} Trying again in {away.Pause.TotalSeconds:0.0} s, then less and less often"));
    }
}
