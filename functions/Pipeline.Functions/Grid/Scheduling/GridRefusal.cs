namespace Pipeline.Grid.Scheduling;

/// <summary>Why the scheduler refuses a call.</summary>
public enum GridRefusal
{
    /// <summary>A value is outside its bounds (400).</summary>
    Invalid,

    /// <summary>The host is not registered, or is another volunteer's (404).</summary>
    UnknownHost,

    /// <summary>The host is barred (403).</summary>
    Banned,

    /// <summary>The server has more requests in hand than it takes at a time (429 or 503); try again later.</summary>
    Busy,
}
