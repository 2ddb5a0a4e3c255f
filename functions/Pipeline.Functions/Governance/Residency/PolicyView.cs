namespace Pipeline.Governance;

/// <summary>Where a dataset may be processed.</summary>
/// <param name="Regions">Names of regions, such as <c>westeurope</c>.</param>
public sealed record PolicyView(IReadOnlyList<string> Regions);
