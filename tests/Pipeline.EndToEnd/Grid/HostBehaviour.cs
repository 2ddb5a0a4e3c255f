namespace Pipeline.EndToEnd.Grid;

/// <summary>What a host of a simulated population does with the tasks that it gets.</summary>
internal enum HostBehaviour
{
    /// <summary>It computes them.</summary>
    Honest,

    /// <summary>It takes its first tasks and is never heard of again.</summary>
    Vanishes,

    /// <summary>It returns wrong results of its own making.</summary>
    Wrong,

    /// <summary>It returns the wrong result on which it has agreed with others.</summary>
    Colludes,

    /// <summary>It computes them, and reports when the deadline has passed.</summary>
    Late,
}
