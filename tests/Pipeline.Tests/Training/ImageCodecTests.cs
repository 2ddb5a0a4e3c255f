using Pipeline.Training;
using SkiaSharp;

namespace Pipeline.Tests.Training;

/// <summary>Images come raw, as PNG or as JPEG, and turn into planes of bytes.</summary>
public class ImageCodecTests
{
    private static readonly ImageSpec Colour = new("p", 3, 2, 3);

    [Fact]
    public void AddTo_RawColour_BecomesPlanes()
    {
        var pixels = new List<byte>();

        ImageCodec.AddTo(pixels, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18], Colour);

        Assert.Equal([1, 4, 7, 10, 13, 16, 2, 5, 8, 11, 14, 17, 3, 6, 9, 12, 15, 18], pixels);
    }

    [Fact]
    public void AddTo_Png_IsWhatWasDrawn()
    {
        using var bitmap = new SKBitmap(3, 2, SKColorType.Rgba8888, SKAlphaType.Opaque);
        for (var i = 0; i < 6; i++)
            bitmap.SetPixel(i % 3, i / 3, new SKColor((byte)(10 * i), (byte)(20 * i), (byte)(30 * i)));
        var pixels = new List<byte>();

        ImageCodec.AddTo(pixels, bitmap.Encode(SKEncodedImageFormat.Png, 100).ToArray(), Colour);

        Assert.Equal([0, 10, 20, 30, 40, 50, 0, 20, 40, 60, 80, 100, 0, 30, 60, 90, 120, 150], pixels);
    }

    [Fact]
    public void AddTo_Jpeg_IsNearWhatWasDrawn()
    {
        using var bitmap = new SKBitmap(16, 16, SKColorType.Gray8, SKAlphaType.Opaque);
        bitmap.Erase(new SKColor(120, 120, 120));
        var pixels = new List<byte>();

        ImageCodec.AddTo(pixels, bitmap.Encode(SKEncodedImageFormat.Jpeg, 95).ToArray(), new ImageSpec("p", 16, 16, 1));

        Assert.Equal(256, pixels.Count);
        Assert.All(pixels, p => Assert.InRange(p, 116, 124));
    }

    [Fact]
    public void AddTo_PngOfAnotherSize_IsRefusedBeforeItUnfolds()
    {
        using var bitmap = new SKBitmap(2_000, 2_000, SKColorType.Rgba8888, SKAlphaType.Opaque);

        var thrown = Assert.Throws<InvalidDataException>(() => ImageCodec.AddTo([], bitmap.Encode(SKEncodedImageFormat.Png, 100).ToArray(), Colour));

        Assert.Equal("has 2000 × 2000 pixels instead of 3 × 2.", thrown.Message);
    }

    [Fact]
    public void AddTo_CutPng_IsRefused()
    {
        using var bitmap = new SKBitmap(3, 2, SKColorType.Rgba8888, SKAlphaType.Opaque);
        var png = bitmap.Encode(SKEncodedImageFormat.Png, 100).ToArray();

        Assert.Throws<InvalidDataException>(() => ImageCodec.AddTo([], png.AsSpan(0, 20), Colour));
    }
}
