namespace Pipeline.Sql;

/// <summary>Keeps sessions from one use to the next: to open one costs many times what most of what is asked of it does. A session is lent
/// to one at a time.</summary>
/// <typeparam name="TSession">A session with what belongs to it.</typeparam>
/// <param name="open">Opens one.</param>
/// <param name="close">Closes one for good.</param>
internal sealed class SessionPool<TSession>(Func<TSession> open, Action<TSession> close) : IDisposable
    where TSession : class
{
    // Partitions work side by side, but hardly more of them at a time than there are processors.
    private static readonly int s_kept = Math.Clamp(Environment.ProcessorCount, 2, 8);

    private readonly Lock _gate = new();
    private readonly Stack<TSession> _idle = new();
    private bool _disposed;

    /// <summary>Takes one that is idle, or opens one. Whoever has it gives it back, or closes it where something is wrong with it.</summary>
    public TSession Take()
    {
        lock (_gate)
        {
            if (_idle.TryPop(out var idle))
                return idle;
        }
        return open();
    }

    /// <summary>Takes a session back.</summary>
    public void GiveBack(TSession session)
    {
        lock (_gate)
        {
            if (!_disposed && _idle.Count < s_kept)
            {
                _idle.Push(session);
                return;
            }
        }
        close(session);
    }

    /// <summary>Closes the sessions that are idle. Those in use are closed when they are given back.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _disposed = true;
            while (_idle.TryPop(out var idle))
                close(idle);
        }
    }
}
