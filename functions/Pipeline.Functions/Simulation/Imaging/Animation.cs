using System.Buffers.Binary;
using System.Text;
using ICSharpCode.SharpZipLib.Checksum;
using Pipeline.Jobs;
using Pipeline.Storage;

namespace Pipeline.Simulation.Imaging;

/// <summary>Puts the frames of a simulation into one animated PNG. Drawing libraries write single images only; but an animation is their
/// very data, in other chunks.</summary>
internal static class Animation
{
    private const int SignatureLength = 8;
    private const int FramesPerSecond = 12;

    /// <summary>Joins the frames below a folder of results, in their order.</summary>
    /// <returns>The animation in a temporary file, which goes when it is closed.</returns>
    public static async Task<Stream> WriteAsync(IObjectStore store, string folder, CancellationToken cancellationToken)
    {
        var paths = new List<string>();
        await foreach (var blob in store.ListAsync(JobFiles.Results, folder, cancellationToken))
            paths.Add(blob.Path);
        var file = new FileStream(Path.GetTempFileName(), FileMode.Create, FileAccess.ReadWrite, FileShare.None, 1 << 16, FileOptions.DeleteOnClose | FileOptions.Asynchronous);
        var writer = new Writer(file, paths.Count);
        foreach (var path in paths)
            writer.Add(await store.ReadAllAsync(JobFiles.Results, path, cancellationToken));
        writer.End();
        file.Position = 0;
        return file;
    }

    /// <summary>Joins frames in memory.</summary>
    public static byte[] Join(IReadOnlyList<byte[]> frames)
    {
        using var stream = new MemoryStream();
        var writer = new Writer(stream, frames.Count);
        foreach (var frame in frames)
            writer.Add(frame);
        writer.End();
        return stream.ToArray();
    }

    private static IEnumerable<(string Type, ReadOnlyMemory<byte> Data)> Chunks(ReadOnlyMemory<byte> png)
    {
        for (var at = SignatureLength; at + 8 <= png.Length;)
        {
            var length = BinaryPrimitives.ReadInt32BigEndian(png.Span[at..]);
            yield return (Encoding.ASCII.GetString(png.Span.Slice(at + 4, 4)), png.Slice(at + 8, length));
            at += 12 + length;
        }
    }

    private sealed class Writer(Stream stream, int frames)
    {
        private byte[]? _header;
        private int _sequence;

        public void Add(byte[] png)
        {
            var chunks = Chunks(png).ToList();
            var header = chunks[0].Data.ToArray();
            var first = _header is null;
            if (first)
            {
                _header = header;
                stream.Write(png.AsSpan(0, SignatureLength));
                Chunk("IHDR", header);
                Chunk("acTL", Numbers(frames, 0));
            }
            else if (!header.AsSpan().SequenceEqual(_header))
            {
                throw new InvalidDataException("The frames of an animation must have the same size and kind of pixels.");
            }
            // Place and size, how long it shows (a fraction of a second), and that it replaces what was there.
            Chunk("fcTL", [.. Numbers(_sequence++), .. header.AsSpan(0, 8), .. Numbers(0, 0), 0, 1, 0, FramesPerSecond, 0, 0]);
            foreach (var (_, data) in chunks.Where(c => c.Type == "IDAT"))
            {
                if (first)
                    Chunk("IDAT", data.Span);
                else
                    Chunk("fdAT", [.. Numbers(_sequence++), .. data.Span]);
            }
        }

        public void End() => Chunk("IEND", []);

        private void Chunk(string type, ReadOnlySpan<byte> data)
        {
            byte[] body = [.. Encoding.ASCII.GetBytes(type), .. data];
            stream.Write(Numbers(data.Length));
            stream.Write(body);
            var crc = new Crc32();
            crc.Update(body);
            stream.Write(Numbers((int)crc.Value));
        }

        private static byte[] Numbers(params ReadOnlySpan<int> numbers)
        {
            var bytes = new byte[numbers.Length * sizeof(int)];
            for (var i = 0; i < numbers.Length; i++)
                BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(i * sizeof(int)), numbers[i]);
            return bytes;
        }
    }
}
