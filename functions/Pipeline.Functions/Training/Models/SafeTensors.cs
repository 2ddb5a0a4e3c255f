using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Pipeline.Training;

/// <summary>The safetensors format: the length of a header, the header (JSON: type, shape and range of each tensor), the bytes.</summary>
internal static class SafeTensors
{
    private const long LongestHeader = 100_000_000;

    /// <summary>Writes named tensors of 32-bit floats.</summary>
    public static byte[] Write(IReadOnlyList<(string Name, IReadOnlyList<long> Shape, ReadOnlyMemory<float> Values)> tensors, IReadOnlyDictionary<string, string> metadata)
    {
        var header = new JsonObject { ["__metadata__"] = new JsonObject(metadata.Select(m => KeyValuePair.Create(m.Key, (JsonNode?)m.Value))) };
        long offset = 0;
        foreach (var (name, shape, values) in tensors)
        {
            var end = offset + (values.Length * sizeof(float));
            header[name] = new JsonObject { ["dtype"] = "F32", ["shape"] = new JsonArray([.. shape.Select(s => (JsonNode)s)]), ["data_offsets"] = new JsonArray(offset, end) };
            offset = end;
        }
        var json = JsonSerializer.SerializeToUtf8Bytes(header);
        // Readers map the file into memory, so that numbers should begin at a multiple of their size.
        var padded = (json.Length + 7) / 8 * 8;
        var bytes = new byte[8 + padded + offset];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, padded);
        bytes.AsSpan(8, padded).Fill((byte)' ');
        json.CopyTo(bytes, 8);
        var at = 8 + padded;
        foreach (var (_, _, values) in tensors)
        {
            var raw = MemoryMarshal.AsBytes(values.Span);
            raw.CopyTo(bytes.AsSpan(at));
            at += raw.Length;
        }
        return bytes;
    }

    /// <summary>Reads the tensors of 32-bit floats.</summary>
    /// <exception cref="InvalidDataException">It is no such file, or a damaged one.</exception>
    public static IReadOnlyDictionary<string, (long[] Shape, float[] Values)> Read(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < 8 || BinaryPrimitives.ReadInt64LittleEndian(bytes) is var length && (length < 2 || length > LongestHeader || length > bytes.Length - 8))
            throw new InvalidDataException("This is no safetensors file: its header does not fit in.");
        var data = bytes[(8 + (int)length)..];
        var tensors = new Dictionary<string, (long[], float[])>(StringComparer.Ordinal);
        try
        {
            using var header = JsonDocument.Parse(bytes.Slice(8, (int)length).ToArray());
            foreach (var entry in header.RootElement.EnumerateObject().Where(e => e.Name != "__metadata__"))
            {
                var shape = entry.Value.GetProperty("shape").EnumerateArray().Select(s => s.GetInt64()).ToArray();
                var (start, end) = (entry.Value.GetProperty("data_offsets")[0].GetInt64(), entry.Value.GetProperty("data_offsets")[1].GetInt64());
                if (entry.Value.GetProperty("dtype").GetString() != "F32")
                    throw new InvalidDataException($"Tensor '{entry.Name}' is not of 32-bit floats.");
                if (start < 0 || end < start || end > data.Length || shape.Aggregate(4L, (a, b) => checked(a * b)) != end - start)
                    throw new InvalidDataException($"Tensor '{entry.Name}' does not fit its shape or the file.");
                tensors[entry.Name] = (shape, MemoryMarshal.Cast<byte, float>(data[(int)start..(int)end]).ToArray());
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException or IndexOutOfRangeException or FormatException or OverflowException)
        {
            throw new InvalidDataException($"This is no safetensors file: {e.Message}", e);
        }
        return tensors;
    }
}
