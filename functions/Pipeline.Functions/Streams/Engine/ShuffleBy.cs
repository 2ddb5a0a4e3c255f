namespace Pipeline.Streams;

/// <summary>By what the states of a windowed query must be brought together.</summary>
public enum ShuffleBy
{
    /// <summary>They are together already: each group's events come through one partition.</summary>
    Nothing,

    /// <summary>By their group keys.</summary>
    Keys,

    /// <summary>By their window, because its rows depend on each other or there are no keys.</summary>
    Window,

    /// <summary>All in one place, because windows that depend on each other overlap.</summary>
    Everything,
}
