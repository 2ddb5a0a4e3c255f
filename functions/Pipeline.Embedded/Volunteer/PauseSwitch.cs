namespace Pipeline.Embedded.Volunteer;

/// <summary>Whether computing is paused: by a key, or by the pause file.</summary>
internal sealed class PauseSwitch
{
    private readonly Lock _gate = new();
    private TaskCompletionSource? _resumed;
    private bool _byKey;
    private bool _byFile;

    public bool IsPaused
    {
        get
        {
            lock (_gate)
                return _resumed is not null;
        }
    }

    /// <summary>Somebody at the keyboard says so.</summary>
    public void SetByKey(bool paused) => Set(ref _byKey, paused);

    /// <summary>The file is there, or is not.</summary>
    public void SetByFile(bool paused) => Set(ref _byFile, paused);

    /// <summary>Waits until nothing pauses any more.</summary>
    public Task WaitAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
            return _resumed is null ? Task.CompletedTask : _resumed.Task.WaitAsync(cancellationToken);
    }

    private void Set(ref bool field, bool paused)
    {
        lock (_gate)
        {
            field = paused;
            if (_byKey || _byFile)
            {
                _resumed ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            }
            else
            {
                _resumed?.SetResult();
                _resumed = null;
            }
        }
    }
}
