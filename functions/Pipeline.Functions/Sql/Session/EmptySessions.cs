using System.Collections.Concurrent;

namespace Pipeline.Sql;

/// <summary>
/// Confined sessions that can read nothing, kept for the next planning: opening one costs more than most plans. They are safe to
/// use again, as no statement in them can read or change anything but views, and those go with their user.
/// </summary>
internal static class EmptySessions
{
    private const int Kept = 4;

    /// <summary>DuckDB computes some constants while it binds (a quantile's fraction, say), and a query may make those as large as it likes.</summary>
    private static readonly DuckDbSessionOptions Options = new() { MemoryLimitBytes = 256 << 20, StatementTimeout = TimeSpan.FromSeconds(20) };

    private static readonly ConcurrentBag<DuckDbSession> s_idle = [];

    /// <summary>Gives a confined session without tables, from those that are kept or a new one.</summary>
    public static DuckDbSession Take()
    {
        if (s_idle.TryTake(out var idle)) return idle;
        var session = DuckDbSession.Open(Options);
        try
        {
            session.Confine();
            return session;
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    /// <summary>Takes a session back, without its views.</summary>
    public static void GiveBack(DuckDbSession session, IEnumerable<string> views)
    {
        if (session.WasLeftBehind)
        {
            session.Dispose();
            return;
        }

        try
        {
            foreach (var view in views) session.Execute($"DROP VIEW IF EXISTS {SqlText.Name(view)}");
        }
        catch (Exception e) when (e is SqlException or SqlExecutionException or SqlMemoryException)
        {
            session.Dispose(); // Whatever is wrong with it, the next user must not have it.
            return;
        }

        if (s_idle.Count < Kept) s_idle.Add(session);
        else session.Dispose();
    }
}
