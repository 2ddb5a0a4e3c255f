using System.Text.Json.Serialization;

namespace Pipeline.Simulation;

/// <summary>The figures of one output.</summary>
/// <param name="Superstep">The superstep after which it came; asked for with <c>after</c>, later ones come alone.</param>
/// <param name="Step">The time step.</param>
/// <param name="Time">Simulated time.</param>
/// <param name="Values">The figures, in the order of their names.</param>
public sealed record SimulationPoint(
    long Superstep, long Step, double Time, [property: JsonNumberHandling(JsonNumberHandling.AllowNamedFloatingPointLiterals)] IReadOnlyList<double> Values);
