using System.Text;
using Pipeline.Simulation.Grids;
using Pipeline.Simulation.Ranks;

namespace Pipeline.Simulation.Output;

/// <summary>Snapshots as bytes: a header, the parts, the values, the figures, and a checksum of all before it.</summary>
internal static class SnapshotFormat
{
    private const uint Magic = 0x31534C50; // "PLS1"

    public static byte[] Write(Snapshot snapshot)
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream, Encoding.UTF8);
        writer.Write(Magic);
        writer.Write(snapshot.Superstep);
        writer.Write(snapshot.Time);
        writer.Write(snapshot.Parts.Count);
        foreach (var (name, window, type, size, data) in snapshot.Parts)
        {
            writer.Write(name);
            foreach (var number in new[] { window.Rows, window.Columns, window.Top, window.Left, window.Height, window.Width, type, size, data.Length })
                writer.Write(number);
            writer.Write(data);
        }
        writer.Write(snapshot.Values.Count);
        foreach (var (name, type, data) in snapshot.Values)
        {
            writer.Write(name);
            writer.Write(type);
            writer.Write(data.Length);
            writer.Write(data);
        }
        writer.Write(snapshot.Figures.Count);
        foreach (var (rank, figures) in snapshot.Figures)
        {
            writer.Write(rank);
            writer.Write(figures.Figures.Count);
            foreach (var (name, operation, value) in figures.Figures)
            {
                writer.Write(name);
                writer.Write((int)operation);
                writer.Write(value);
            }
        }
        writer.Flush();
        writer.Write(Checksum.Of(stream.GetBuffer().AsSpan(0, (int)stream.Length)));
        writer.Flush();
        return stream.ToArray();
    }

    /// <summary>Reads a snapshot.</summary>
    /// <returns>Null where the bytes are not one, whole and undamaged.</returns>
    public static Snapshot? Read(byte[] bytes)
    {
        if (bytes.Length < 2 * sizeof(uint) || Checksum.Of(bytes.AsSpan(..^sizeof(uint))) != BitConverter.ToUInt32(bytes.AsSpan(bytes.Length - sizeof(uint))) || BitConverter.ToUInt32(bytes) != Magic)
            return null;
        using var reader = new BinaryReader(new MemoryStream(bytes), Encoding.UTF8);
        reader.ReadUInt32();
        var snapshot = new Snapshot { Superstep = reader.ReadInt64(), Time = reader.ReadDouble() };
        for (var left = reader.ReadInt32(); left > 0; left--)
        {
            var name = reader.ReadString();
            var window = new Window(reader.ReadInt32(), reader.ReadInt32(), reader.ReadInt32(), reader.ReadInt32(), reader.ReadInt32(), reader.ReadInt32());
            var (type, size) = (reader.ReadInt32(), reader.ReadInt32());
            snapshot.Parts.Add(new Snapshot.Part(name, window, type, size, reader.ReadBytes(reader.ReadInt32())));
        }
        for (var left = reader.ReadInt32(); left > 0; left--)
        {
            var (name, type) = (reader.ReadString(), reader.ReadInt32());
            snapshot.Values.Add(new Snapshot.Item(name, type, reader.ReadBytes(reader.ReadInt32())));
        }
        for (var left = reader.ReadInt32(); left > 0; left--)
        {
            var (rank, figures) = (reader.ReadInt32(), new Diagnostics());
            for (var more = reader.ReadInt32(); more > 0; more--)
                figures.Add(reader.ReadString(), (ReduceOperation)reader.ReadInt32(), reader.ReadDouble());
            snapshot.Figures[rank] = figures;
        }
        return snapshot;
    }
}
