using Pipeline.Grid.State;
using Pipeline.Grid.Units;

namespace Pipeline.Grid.Scheduling;

/// <summary>Tells hosts what results they are to make.</summary>
internal static class Assignments
{
    public static ResultId Id(JobRow job, WorkUnit unit, int ordinal) => new(unit.JobId, job.Setup.Run, unit.Setup.Number, ordinal);

    public static Assignment Of(JobRow job, WorkUnit unit, int ordinal, DateTimeOffset deadline) => new(
        Id(job, unit, ordinal).ToString(),
        unit.JobId,
        unit.Setup.Name,
        job.Setup.Application,
        GridFiles.Input(unit.JobId, unit.Setup.Name),
        unit.Setup.InputSha256,
        [.. unit.Setup.Files.Select(f => job.Files[f])],
        deadline,
        unit.Setup.Flops,
        unit.Setup.MemoryBytes,
        unit.Setup.DiskBytes,
        job.Setup.Policy.MaxResultBytes);
}
