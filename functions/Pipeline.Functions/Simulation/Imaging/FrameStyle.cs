namespace Pipeline.Simulation.Imaging;

/// <summary>How a field becomes an image.</summary>
/// <param name="Field">The field's name.</param>
/// <param name="Projection">From the field's rows and columns to the picture.</param>
/// <param name="Low">The value of the first colour; null takes the least of the first frame.</param>
/// <param name="High">The value of the last colour; null takes the greatest of the first frame.</param>
public sealed record FrameStyle(string Field, MapProjection Projection, double? Low = null, double? High = null);
