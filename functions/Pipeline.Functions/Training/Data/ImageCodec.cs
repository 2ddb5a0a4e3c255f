using SkiaSharp;

namespace Pipeline.Training;

/// <summary>Reads images: raw bytes, PNG or JPEG.</summary>
internal static class ImageCodec
{
    /// <summary>Adds an image's values, channel by channel, row by row.</summary>
    /// <exception cref="InvalidDataException">It is none of these, or of another size; the message goes on after the column's name.</exception>
    public static void AddTo(List<byte> pixels, ReadOnlySpan<byte> bytes, ImageSpec image)
    {
        if (IsEncoded(bytes))
            Decode(pixels, bytes, image);
        else if (bytes.Length == image.Bytes)
            AddPlanes(pixels, bytes, image.Channels);
        else
            throw new InvalidDataException($"has {bytes.Length} bytes. It is neither PNG nor JPEG, and raw it would have {image.Width} × {image.Height} × {image.Channels} = {image.Bytes}.");
    }

    private static bool IsEncoded(ReadOnlySpan<byte> bytes) => IsPng(bytes) || (bytes.Length > 3 && bytes[0] == 0xff && bytes[1] == 0xd8 && bytes[2] == 0xff);

    private static bool IsPng(ReadOnlySpan<byte> bytes) => bytes.Length > 8 && bytes[0] == 0x89 && bytes[1..4].SequenceEqual("PNG"u8);

    private static void Decode(List<byte> pixels, ReadOnlySpan<byte> bytes, ImageSpec image)
    {
        using var data = SKData.CreateCopy(bytes);
        using var codec = SKCodec.Create(data) ?? throw new InvalidDataException("is a damaged PNG or JPEG.");
        // The size stands at the front: a small file that would unfold into a huge picture is never unfolded.
        if (codec.Info.Width != image.Width || codec.Info.Height != image.Height)
            throw new InvalidDataException($"has {codec.Info.Width} × {codec.Info.Height} pixels instead of {image.Width} × {image.Height}.");
        using var bitmap = new SKBitmap(new SKImageInfo(image.Width, image.Height, image.Channels == 1 ? SKColorType.Gray8 : SKColorType.Rgba8888, SKAlphaType.Opaque));
        if (codec.GetPixels(bitmap.Info, bitmap.GetPixels()) != SKCodecResult.Success)
            throw new InvalidDataException("is a damaged PNG or JPEG.");
        var decoded = bitmap.GetPixelSpan();
        var step = image.Channels == 1 ? 1 : 4;
        for (var channel = 0; channel < image.Channels; channel++)
        {
            for (var y = 0; y < image.Height; y++)
            {
                for (var x = 0; x < image.Width; x++)
                    pixels.Add(decoded[(y * bitmap.RowBytes) + (x * step) + channel]);
            }
        }
    }

    private static void AddPlanes(List<byte> pixels, ReadOnlySpan<byte> bytes, int channels)
    {
        if (channels == 1)
        {
            pixels.AddRange(bytes);
            return;
        }
        for (var channel = 0; channel < channels; channel++)
        {
            for (var i = channel; i < bytes.Length; i += channels)
                pixels.Add(bytes[i]);
        }
    }
}
