using System.Runtime.InteropServices;
using SkiaSharp;

namespace Pipeline.Simulation.Imaging;

/// <summary>Paints a field: its cells in the colours of their values, and a bar of all colours below.</summary>
internal static class FramePainter
{
    private const int Width = 720;
    private const int BarHeight = 10;
    private const int Margin = 8;

    private static readonly SKColor[] s_stops = [new(24, 38, 94), new(38, 102, 168), new(92, 176, 190), new(230, 236, 214), new(238, 178, 92), new(198, 76, 48), new(104, 18, 44)];

    private static readonly int[] s_colours = [.. Enumerable.Range(0, 256).Select(i => Pack(Blend(i / 255.0)))];

    /// <summary>Paints a field as PNG.</summary>
    /// <param name="values">The field, row by row.</param>
    /// <param name="rows">Its rows, from the bottom or from the south pole.</param>
    /// <param name="columns">Its columns.</param>
    /// <param name="projection">How cells are laid out.</param>
    /// <param name="range">The values of the first and last colour.</param>
    public static byte[] Paint(double[] values, int rows, int columns, MapProjection projection, ColourRange range)
    {
        var height = projection == MapProjection.Mollweide ? Width / 2 : Math.Clamp((int)((long)Width * rows / columns), 1, 2 * Width);
        var total = height + Margin + BarHeight;
        var pixels = new int[Width * total];
        Array.Fill(pixels, -1);
        for (var y = 0; y < height; y++)
        {
            // The middle of the pixel, 1 at the top and -1 at the bottom.
            var up = 1 - (2 * y + 1.0) / height;
            for (var x = 0; x < Width; x++)
            {
                var right = (2 * x + 1.0) / Width - 1;
                if (Cell(projection, up, right, rows, columns) is { } cell)
                    pixels[y * Width + x] = Colour(range.Place(values[cell]));
            }
        }
        for (var y = height + Margin; y < total; y++)
        {
            for (var x = 0; x < Width; x++)
                pixels[y * Width + x] = Colour(x / (Width - 1.0));
        }
        return Encode(pixels, total);
    }

    private static int? Cell(MapProjection projection, double up, double right, int rows, int columns)
    {
        if (projection == MapProjection.Plane)
            return Math.Min(rows - 1, (int)((up + 1) / 2 * rows)) * columns + Math.Min(columns - 1, (int)((right + 1) / 2 * columns));
        // Mollweide backwards: the height gives an angle, that the latitude, and with it the width gives the longitude.
        var angle = Math.Asin(up);
        var across = right / Math.Cos(angle);
        if (Math.Abs(across) >= 1)
            return null;
        var latitude = Math.Asin((2 * angle + Math.Sin(2 * angle)) / Math.PI);
        var row = Math.Min(rows - 1, (int)((latitude / Math.PI + 0.5) * rows));
        // Greenwich is in the middle; columns start there and go east.
        var turn = across / 2;
        return row * columns + Math.Min(columns - 1, (int)((turn < 0 ? turn + 1 : turn) * columns));
    }

    private static byte[] Encode(int[] pixels, int height)
    {
        using var bitmap = new SKBitmap(new SKImageInfo(Width, height, SKColorType.Rgba8888, SKAlphaType.Opaque));
        Marshal.Copy(pixels, 0, bitmap.GetPixels(), pixels.Length);
        using var image = SKImage.FromBitmap(bitmap);
        using var data = image.Encode(SKEncodedImageFormat.Png, 100);
        return data.ToArray();
    }

    private static int Colour(double place) => s_colours[(int)(place * 255)];

    private static SKColor Blend(double place)
    {
        var at = place * (s_stops.Length - 1);
        var i = Math.Min((int)at, s_stops.Length - 2);
        var (a, b, f) = (s_stops[i], s_stops[i + 1], at - i);
        return new SKColor(Mix(a.Red, b.Red), Mix(a.Green, b.Green), Mix(a.Blue, b.Blue));

        byte Mix(byte x, byte y) => (byte)Math.Round(x + (y - x) * f);
    }

    private static int Pack(SKColor colour) => colour.Red | colour.Green << 8 | colour.Blue << 16 | 0xff << 24;
}
