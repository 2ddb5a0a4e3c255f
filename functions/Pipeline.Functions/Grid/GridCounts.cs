namespace Pipeline.Grid;

/// <summary>Counts of a job's units and results.</summary>
/// <param name="Units">Units that are registered.</param>
/// <param name="Done">Units with a canonical result.</param>
/// <param name="Failed">Units that were given up.</param>
/// <param name="Assimilated">Units that the job's result has, or never will.</param>
/// <param name="Unsent">Results that wait for hosts.</param>
/// <param name="InProgress">Results that hosts have.</param>
/// <param name="Valid">Valid results.</param>
/// <param name="Invalid">Invalid results.</param>
/// <param name="Errors">Results that failed.</param>
/// <param name="NoReply">Results whose deadline passed.</param>
/// <param name="Spent">Results that hosts were given and that are over.</param>
public sealed record GridCounts(
    long Units, long Done, long Failed, long Assimilated, long Unsent, long InProgress, long Valid, long Invalid, long Errors, long NoReply, long Spent);
