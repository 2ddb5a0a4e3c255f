namespace Pipeline.Simulation.Imaging;

/// <summary>How cells of a field are laid out in an image.</summary>
public enum MapProjection
{
    /// <summary>A rectangle, the first row at the bottom.</summary>
    Plane,

    /// <summary>Rows are latitudes from the south pole, columns longitudes from 0: Mollweide's ellipse, in which areas are true.</summary>
    Mollweide,
}
