using Pipeline.Grid.Scheduling;
using Pipeline.Grid.Spec;

namespace Pipeline.Grid.State;

/// <summary>A job as it is opened.</summary>
internal sealed record JobSetup(
    string JobId, string Run, string Project, ApplicationVersion Application, UnitPolicy Policy, int Priority, long Seed);
