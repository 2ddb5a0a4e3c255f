using Pipeline.Grid.Scheduling;

namespace Pipeline.Grid.Wire;

/// <summary>A host tells what became of its results.</summary>
/// <param name="Reports">1 to 200 reports.</param>
public sealed record ReportRequest(IReadOnlyList<ResultReport> Reports);
