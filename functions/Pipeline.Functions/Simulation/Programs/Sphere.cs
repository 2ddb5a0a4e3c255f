namespace Pipeline.Simulation.Programs;

/// <summary>The earth as a grid of latitudes and longitudes, with the constants of Williamson's test cases.</summary>
/// <param name="Rows">Cells from pole to pole.</param>
/// <param name="Columns">Cells round the equator.</param>
internal sealed record Sphere(int Rows, int Columns)
{
    /// <summary>The earth's radius in metres.</summary>
    public const double Radius = 6.37122e6;

    /// <summary>The earth's rotation in radians a second.</summary>
    public const double Rotation = 7.292e-5;

    /// <summary>Gravity in metres a second².</summary>
    public const double Gravity = 9.80616;

    public double LatitudeStep => Math.PI / Rows;

    public double LongitudeStep => 2 * Math.PI / Columns;

    /// <summary>The latitude of a row's middle, from the south.</summary>
    public double Latitude(int row) => (row + 0.5) * LatitudeStep - Math.PI / 2;

    /// <summary>The latitude of a row's southern edge.</summary>
    public double EdgeLatitude(int row) => row * LatitudeStep - Math.PI / 2;

    /// <summary>The cosine there, which is exactly zero at both poles.</summary>
    public double EdgeCosine(int row) => row == 0 || row == Rows ? 0 : Math.Cos(EdgeLatitude(row));

    /// <summary>The longitude of a column's middle.</summary>
    public double Longitude(int column) => (column + 0.5) * LongitudeStep;

    /// <summary>The area of a row's cells, as the discrete equations conserve it.</summary>
    public double Area(int row) => Radius * Radius * Math.Cos(Latitude(row)) * LatitudeStep * LongitudeStep;
}
