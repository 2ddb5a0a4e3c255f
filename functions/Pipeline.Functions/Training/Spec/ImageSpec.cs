using Pipeline.Jobs;

namespace Pipeline.Training;

/// <summary>The images that a network looks at: one a row.</summary>
/// <param name="Column">The column: raw bytes (height × width × channels, row by row), PNG or JPEG.</param>
/// <param name="Width">Pixels across.</param>
/// <param name="Height">Pixels down.</param>
/// <param name="Channels">1 for grey, 3 for colour.</param>
public sealed record ImageSpec(string Column, int Width, int Height, int Channels)
{
    /// <summary>Bytes of one image, a byte a pixel and channel.</summary>
    public int Bytes => Width * Height * Channels;

    internal static ImageSpec? Read(SpecReader reader)
    {
        var column = reader.Text("column", required: true, about: "The column: raw bytes, PNG or JPEG.");
        var width = reader.Integer("width", 1, 1_024, required: true, about: "Pixels across.");
        var height = reader.Integer("height", 1, 1_024, required: true, about: "Pixels down.");
        var channels = reader.Integer("channels", 1, 3, 1, "1 for grey, 3 for colour.");
        if (channels == 2)
            reader.Fault("channels", "An image has 1 channel (grey) or 3 (colour).");
        reader.End();
        return column is null || width is null || height is null ? null : new ImageSpec(column, (int)width, (int)height, (int)channels);
    }
}
