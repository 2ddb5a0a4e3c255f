using System.IO.Compression;
using System.Security.Cryptography;

namespace Pipeline.Dashboard;

/// <summary>One file of the page: its bytes, plain and compressed, and a name for this version of them.</summary>
internal sealed class PageFile
{
    private readonly Lazy<byte[]> _compressed;

    public PageFile(string path, byte[] content)
    {
        Content = content;
        ContentType = TypeOf(path);
        Version = Convert.ToHexStringLower(SHA256.HashData(content))[..16];
        _compressed = new Lazy<byte[]>(() => Compress(content));
    }

    /// <summary>The file as it is.</summary>
    public byte[] Content { get; }

    /// <summary>The file by Brotli, made when it is first asked for.</summary>
    public byte[] Compressed => _compressed.Value;

    /// <summary>The media type, with the charset where it is text.</summary>
    public string ContentType { get; }

    /// <summary>Derived from the content: another content, another version.</summary>
    public string Version { get; }

    private static byte[] Compress(byte[] content)
    {
        using var stream = new MemoryStream();
        using (var brotli = new BrotliStream(stream, CompressionLevel.Optimal, leaveOpen: true))
            brotli.Write(content);
        return stream.ToArray();
    }

    private static string TypeOf(string path) => Path.GetExtension(path) switch
    {
        ".html" => "text/html; charset=utf-8",
        ".css" => "text/css; charset=utf-8",
        ".js" => "text/javascript; charset=utf-8",
        ".json" => "application/json; charset=utf-8",
        ".svg" => "image/svg+xml",
        var other => throw new InvalidOperationException($"'{path}' is no file of a page: '{other}' has no media type here."),
    };
}
