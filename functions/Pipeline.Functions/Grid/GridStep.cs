using Pipeline.Grid.State;
using Pipeline.Jobs;

namespace Pipeline.Grid;

/// <summary>How far a grid job is, and what is to be done next.</summary>
/// <param name="Counts">Units and results.</param>
/// <param name="Validate">Units with results that the validator has not seen.</param>
/// <param name="Assimilate">Units whose results go into the job's now.</param>
/// <param name="Finished">Whether all units have been assimilated.</param>
/// <param name="NextDeadline">When the next result is due.</param>
/// <param name="Error">Why it cannot go on.</param>
public sealed record GridStep(
    Tally Counts, IReadOnlyList<int> Validate, IReadOnlyList<int> Assimilate, bool Finished, DateTimeOffset? NextDeadline, JobError? Error = null);
