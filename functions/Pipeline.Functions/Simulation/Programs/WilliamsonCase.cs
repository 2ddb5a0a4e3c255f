namespace Pipeline.Simulation.Programs;

/// <summary>The test cases of Williamson and others (1992) that are here: 2, a steady flow round an axis that may be tilted, and 5, a
/// flow against a mountain.</summary>
/// <param name="Number">2 or 5.</param>
/// <param name="Tilt">The axis against the earth's, in radians; for case 2.</param>
internal sealed record WilliamsonCase(int Number, double Tilt)
{
    private const double MountainLatitude = Math.PI / 6;
    private const double MountainLongitude = 3 * Math.PI / 2;
    private const double MountainRadius = Math.PI / 9;
    private const double MountainHeight = 2000;

    /// <summary>The flow's speed at its equator, in metres a second.</summary>
    public double Speed => Number == 2 ? 2 * Math.PI * Sphere.Radius / (12 * 86_400) : 20;

    /// <summary>The height of the free surface at the flow's equator, in metres.</summary>
    public double Level => Number == 2 ? 2.94e4 / Sphere.Gravity : 5960;

    public double Eastward(double longitude, double latitude) =>
        Speed * (Math.Cos(latitude) * Math.Cos(Tilt) + Math.Sin(latitude) * Math.Cos(longitude) * Math.Sin(Tilt));

    public double Northward(double longitude) => -Speed * Math.Sin(longitude) * Math.Sin(Tilt);

    /// <summary>The free surface at the start; in case 2 for ever.</summary>
    public double Surface(double longitude, double latitude)
    {
        var s = AxisSine(longitude, latitude);
        return Level - (Sphere.Radius * Sphere.Rotation * Speed + Speed * Speed / 2) * s * s / Sphere.Gravity;
    }

    public double Coriolis(double longitude, double latitude) => 2 * Sphere.Rotation * AxisSine(longitude, latitude);

    /// <summary>The height of the ground.</summary>
    public double Ground(double longitude, double latitude)
    {
        if (Number != 5)
            return 0;
        var (x, y) = (longitude - MountainLongitude, latitude - MountainLatitude);
        return MountainHeight * (1 - Math.Min(MountainRadius, Math.Sqrt(x * x + y * y)) / MountainRadius);
    }

    private double AxisSine(double longitude, double latitude) =>
        -Math.Cos(longitude) * Math.Cos(latitude) * Math.Sin(Tilt) + Math.Sin(latitude) * Math.Cos(Tilt);
}
