namespace Pipeline.Simulation;

/// <summary>What a simulation has put out so far (<c>GET /api/jobs/{id}/figures</c>).</summary>
/// <param name="JobId">The job.</param>
/// <param name="Names">What the figures are called.</param>
/// <param name="Points">The outputs, in the order of their steps.</param>
/// <param name="Frames">How many images there are: <c>frames/0.png</c> and so on.</param>
public sealed record SimulationFigures(string JobId, IReadOnlyList<string> Names, IReadOnlyList<SimulationPoint> Points, int Frames);
