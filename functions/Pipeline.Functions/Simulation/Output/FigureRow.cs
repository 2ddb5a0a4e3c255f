using System.Text.Json.Serialization;

namespace Pipeline.Simulation.Output;

/// <summary>The figures of one output.</summary>
/// <param name="Step">The time step.</param>
/// <param name="Time">Simulated time.</param>
/// <param name="Names">What the figures are called, in the program's order.</param>
/// <param name="Values">The figures.</param>
internal sealed record FigureRow(
    long Step, double Time, IReadOnlyList<string> Names, [property: JsonNumberHandling(JsonNumberHandling.AllowNamedFloatingPointLiterals)] IReadOnlyList<double> Values);
