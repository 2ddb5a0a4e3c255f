namespace Pipeline.Simulation.Programs;

/// <summary>What a cell and its neighbours count for in the cell's next value.</summary>
internal readonly record struct FivePointWeights(double Centre, double West, double East, double South, double North);
