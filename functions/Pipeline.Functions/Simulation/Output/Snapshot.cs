using System.Runtime.InteropServices;
using Pipeline.Simulation.Grids;
using Pipeline.Simulation.Ranks;

namespace Pipeline.Simulation.Output;

/// <summary>What ranks hold at one moment: the parts of arrays, values and figures. It is what a checkpoint and an output consist of.</summary>
internal sealed class Snapshot
{
    public long Superstep { get; set; }

    public double Time { get; set; }

    public List<Part> Parts { get; } = [];

    public List<Item> Values { get; } = [];

    /// <summary>Figures by rank.</summary>
    public SortedDictionary<int, Diagnostics> Figures { get; } = [];

    /// <summary>Puts what several hosts saved together.</summary>
    public static Snapshot Join(IEnumerable<Snapshot> snapshots)
    {
        var all = new Snapshot();
        foreach (var one in snapshots)
        {
            (all.Superstep, all.Time) = (one.Superstep, one.Time);
            all.Parts.AddRange(one.Parts);
            all.Values.AddRange(one.Values);
            foreach (var (rank, figures) in one.Figures)
                all.Figures[rank] = figures;
        }
        return all;
    }

    /// <summary>An array put together of all its parts; null where there is none of that name.</summary>
    public (Window Whole, T[] Data)? Assemble<T>(string name) where T : unmanaged
    {
        if (Parts.Find(p => p.Name == name) is not { } first)
            return null;
        var whole = first.Window with { Top = 0, Left = 0, Height = first.Window.Rows, Width = first.Window.Columns };
        var data = new T[whole.Count];
        new Reader(this).Array(name, whole, data.AsSpan());
        return (whole, data);
    }

    /// <summary>A part of an array.</summary>
    public sealed record Part(string Name, Window Window, int Type, int ElementSize, byte[] Data);

    /// <summary>A value.</summary>
    public sealed record Item(string Name, int Type, byte[] Data);

    /// <summary>Takes a rank's state into a snapshot.</summary>
    public sealed class Writer(Snapshot snapshot) : IArchive
    {
        public bool IsRestoring => false;

        public void Array<T>(string name, Window window, Span<T> data, int stride = 0) where T : unmanaged
        {
            var size = MessageBuffer.ElementType<T>.Size;
            var bytes = new byte[(long)window.Count * size];
            var width = window.Width * size;
            for (var row = 0; row < window.Height && width > 0; row++)
                MemoryMarshal.AsBytes(data.Slice(row * (stride == 0 ? window.Width : stride), window.Width)).CopyTo(bytes.AsSpan(row * width));
            snapshot.Parts.Add(new Part(name, window, MessageBuffer.ElementType<T>.Code, size, bytes));
        }

        public void Value<T>(string name, ref T value) where T : unmanaged
        {
            var item = new Item(name, MessageBuffer.ElementType<T>.Code, MemoryMarshal.AsBytes(new ReadOnlySpan<T>(in value)).ToArray());
            if (!snapshot.Values.Exists(v => v.Name == name))
                snapshot.Values.Add(item);
        }
    }

    /// <summary>Gives a rank its state out of a snapshot, whichever ranks had made it.</summary>
    public sealed class Reader(Snapshot snapshot) : IArchive
    {
        public bool IsRestoring => true;

        public void Array<T>(string name, Window window, Span<T> data, int stride = 0) where T : unmanaged
        {
            var found = 0L;
            foreach (var part in snapshot.Parts)
            {
                if (part.Name != name)
                    continue;
                var from = part.Window;
                if (part.Type != MessageBuffer.ElementType<T>.Code || from.Rows != window.Rows || from.Columns != window.Columns)
                    throw new SimulationException($"The checkpoint's array '{name}' has {from.Rows} × {from.Columns} elements; {window.Rows} × {window.Columns} of type {typeof(T).Name} are wanted. Go on with the parameters that it was made with.");
                var (top, bottom) = (Math.Max(from.Top, window.Top), Math.Min(from.Top + from.Height, window.Top + window.Height));
                var (left, right) = (Math.Max(from.Left, window.Left), Math.Min(from.Left + from.Width, window.Left + window.Width));
                if (top >= bottom || left >= right)
                    continue;
                var source = MemoryMarshal.Cast<byte, T>(part.Data.AsSpan());
                for (var row = top; row < bottom; row++)
                {
                    source.Slice((row - from.Top) * from.Width + left - from.Left, right - left)
                        .CopyTo(data[((row - window.Top) * (stride == 0 ? window.Width : stride) + left - window.Left)..]);
                }
                found += (long)(bottom - top) * (right - left);
            }
            if (found != window.Count)
                throw new SimulationException($"The checkpoint holds {found} of the {window.Count} elements of '{name}' that a rank wants. Go on with the program and parameters that it was made with.");
        }

        public void Value<T>(string name, ref T value) where T : unmanaged
        {
            var item = snapshot.Values.Find(v => v.Name == name && v.Type == MessageBuffer.ElementType<T>.Code)
                ?? throw new SimulationException($"The checkpoint has no value '{name}'. Go on with the program that it was made with.");
            value = MemoryMarshal.Read<T>(item.Data);
        }
    }
}
