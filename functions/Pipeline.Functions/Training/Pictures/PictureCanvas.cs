using SkiaSharp;

namespace Pipeline.Training;

/// <summary>A white picture to draw on, with the few things that the drawings need. It brings its own letters: a server has none.</summary>
internal sealed class PictureCanvas : IDisposable
{
    public static readonly SKColor Ink = new(0x22, 0x2b, 0x36);
    public static readonly SKColor Faint = new(0xd7, 0xdd, 0xe4);
    public static readonly SKColor Blue = new(0x1f, 0x6f, 0xc4);
    public static readonly SKColor Orange = new(0xd9, 0x6a, 0x0b);

    private static readonly Lazy<SKTypeface> Letters = new(() =>
    {
        using var resource = typeof(PictureCanvas).Assembly.GetManifestResourceStream("DejaVuSans-latin.ttf")!;
        return SKTypeface.FromStream(resource);
    });

    private readonly SKSurface _surface;

    public PictureCanvas(int width, int height)
    {
        _surface = SKSurface.Create(new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Opaque));
        _surface.Canvas.Clear(SKColors.White);
    }

    public void Text(string text, float x, float y, float size = 13, SKTextAlign align = SKTextAlign.Left, SKColor? color = null)
    {
        using var paint = new SKPaint { Typeface = Letters.Value, TextSize = size, IsAntialias = true, Color = color ?? Ink, TextAlign = align };
        _surface.Canvas.DrawText(text, x, y, paint);
    }

    public void Line(float x1, float y1, float x2, float y2, SKColor color, float width = 1)
    {
        using var paint = new SKPaint { Color = color, StrokeWidth = width, IsAntialias = true };
        _surface.Canvas.DrawLine(x1, y1, x2, y2, paint);
    }

    public void Polyline(IReadOnlyList<SKPoint> points, SKColor color)
    {
        using var paint = new SKPaint { Color = color, StrokeWidth = 2.5f, IsAntialias = true, Style = SKPaintStyle.Stroke, StrokeJoin = SKStrokeJoin.Round };
        using var path = new SKPath();
        path.AddPoly([.. points], close: false);
        _surface.Canvas.DrawPath(path, paint);
        foreach (var point in points.Count <= 40 ? points : [])
            Dot(point.X, point.Y, 3, color);
    }

    public void Dot(float x, float y, float radius, SKColor color)
    {
        using var paint = new SKPaint { Color = color, IsAntialias = true };
        _surface.Canvas.DrawCircle(x, y, radius, paint);
    }

    public void Box(float x, float y, float width, float height, SKColor color)
    {
        using var paint = new SKPaint { Color = color };
        _surface.Canvas.DrawRect(x, y, width, height, paint);
    }

    /// <summary>An image, its values channel by channel, enlarged without smoothing.</summary>
    public void Image(ReadOnlySpan<byte> values, ImageSpec image, float x, float y, float width, float height)
    {
        using var bitmap = new SKBitmap(image.Width, image.Height, SKColorType.Rgba8888, SKAlphaType.Opaque);
        var plane = image.Width * image.Height;
        for (var i = 0; i < plane; i++)
        {
            var (red, green, blue) = image.Channels == 1 ? (values[i], values[i], values[i]) : (values[i], values[i + plane], values[i + (2 * plane)]);
            bitmap.SetPixel(i % image.Width, i / image.Width, new SKColor(red, green, blue));
        }
        _surface.Canvas.DrawBitmap(bitmap, SKRect.Create(x, y, width, height));
    }

    public byte[] ToPng()
    {
        using var image = _surface.Snapshot();
        using var png = image.Encode(SKEncodedImageFormat.Png, 100);
        return png.ToArray();
    }

    public void Dispose() => _surface.Dispose();
}
