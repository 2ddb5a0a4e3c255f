namespace Pipeline.Grid.Units;

/// <summary>Where a result stands on the server.</summary>
public enum ServerState
{
    /// <summary>It waits for a host.</summary>
    Unsent,

    /// <summary>A host has it.</summary>
    InProgress,

    /// <summary>Nothing more is awaited; its <see cref="ResultOutcome"/> tells how it ended.</summary>
    Over,
}
