namespace Pipeline.Simulation.Programs;

/// <summary>A quantity on the unit square that is carried along and spreads, with its exact solution: one sine wave each way.</summary>
/// <param name="Cells">Cells along each side.</param>
/// <param name="Periodic">Whether opposite edges are one; otherwise they are kept at zero.</param>
/// <param name="VelocityX">To the right, in sides a second.</param>
/// <param name="VelocityY">Upwards.</param>
/// <param name="Diffusivity">In sides² a second.</param>
/// <param name="Amplitude">Of the wave at the start.</param>
/// <param name="TimeStep">In seconds.</param>
/// <param name="InnerSteps">Time steps within a superstep.</param>
internal sealed record FivePointProblem(int Cells, bool Periodic, double VelocityX, double VelocityY, double Diffusivity, double Amplitude, double TimeStep, int InnerSteps)
{
    /// <summary>From one cell to the next. Between walls, which are at zero and one, cells lie inside.</summary>
    public double Spacing => Periodic ? 1.0 / Cells : 1.0 / (Cells + 1);

    public FivePointWeights Weights
    {
        get
        {
            var spread = Diffusivity * TimeStep / (Spacing * Spacing);
            var (x, y) = (VelocityX * TimeStep / (2 * Spacing), VelocityY * TimeStep / (2 * Spacing));
            return new FivePointWeights(1 - 4 * spread, spread + x, spread - x, spread + y, spread - y);
        }
    }

    /// <summary>The largest time step for which no wave grows: von Neumann's condition for both terms.</summary>
    public double LargestTimeStep
    {
        get
        {
            var spreading = Spacing * Spacing / (4 * Diffusivity);
            var speed = VelocityX * VelocityX + VelocityY * VelocityY;
            return speed == 0 ? spreading : Math.Min(spreading, 2 * Diffusivity / speed);
        }
    }

    public double Coordinate(int index) => Periodic ? index * Spacing : (index + 1) * Spacing;

    public double Exact(int row, int column, double time)
    {
        var k = Periodic ? 2 * Math.PI : Math.PI;
        return Amplitude * Math.Exp(-2 * k * k * Diffusivity * time)
            * Math.Sin(k * (Coordinate(column) - VelocityX * time)) * Math.Sin(k * (Coordinate(row) - VelocityY * time));
    }
}
