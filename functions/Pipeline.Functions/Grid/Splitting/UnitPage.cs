using Pipeline.Grid.Scheduling;
using Pipeline.Grid.Units;

namespace Pipeline.Grid.Splitting;

/// <summary>Units that are registered together.</summary>
/// <param name="Files">The shared files that this page and those before it read.</param>
/// <param name="Units">The units.</param>
internal sealed record UnitPage(IReadOnlyList<SharedFile> Files, IReadOnlyList<UnitSetup> Units);
