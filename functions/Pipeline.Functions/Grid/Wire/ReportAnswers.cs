using Pipeline.Grid.Scheduling;

namespace Pipeline.Grid.Wire;

/// <summary>What was made of a host's reports.</summary>
/// <param name="Answers">One for each, in their order.</param>
public sealed record ReportAnswers(IReadOnlyList<ReportAnswer> Answers);
