namespace Pipeline.Simulation.Imaging;

/// <summary>The values of the first and the last colour.</summary>
/// <param name="Low">The first.</param>
/// <param name="High">The last.</param>
internal sealed record ColourRange(double Low, double High)
{
    public static ColourRange Of(double[] values, FrameStyle style)
    {
        var finite = values.Where(double.IsFinite).DefaultIfEmpty(0);
        var (low, high) = (style.Low ?? finite.Min(), style.High ?? finite.Max());
        return high > low ? new ColourRange(low, high) : new ColourRange(low - 0.5, low + 0.5);
    }

    /// <summary>Where a value lies between the two, 0 to 1.</summary>
    public double Place(double value) => double.IsFinite(value) ? Math.Clamp((value - Low) / (High - Low), 0, 1) : 0;
}
