namespace Pipeline.Grid.Applications.Signal;

/// <summary>A stretch of a recording at baseband: complex samples, in phase and in quadrature.</summary>
internal sealed record Samples(double[] InPhase, double[] Quadrature);
