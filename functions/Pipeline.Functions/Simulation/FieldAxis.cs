namespace Pipeline.Simulation;

/// <summary>One axis of a field: cell i is at <see cref="First"/> + i × <see cref="Spacing"/>.</summary>
/// <param name="Name">The column's name in Parquet, for instance <c>latitude</c>.</param>
/// <param name="First">Where the first cell is.</param>
/// <param name="Spacing">From one cell to the next.</param>
public sealed record FieldAxis(string Name, double First, double Spacing);
