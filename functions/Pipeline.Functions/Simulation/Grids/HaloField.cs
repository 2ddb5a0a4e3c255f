using Pipeline.Simulation.Output;
using Pipeline.Simulation.Ranks;

namespace Pipeline.Simulation.Grids;

/// <summary>A rank's part of a field, with a border of <see cref="Halo"/> cells that belong to its neighbours.</summary>
public sealed class HaloField
{
    private readonly CartesianTopology _topology;
    private readonly double[] _scratch;

    /// <summary>Makes a field of zeros.</summary>
    /// <param name="topology">How ranks are laid out.</param>
    /// <param name="window">The rank's part.</param>
    /// <param name="halo">How deep the border is; no part may be smaller.</param>
    public HaloField(CartesianTopology topology, Window window, int halo)
    {
        ArgumentNullException.ThrowIfNull(topology);
        (_topology, Window, Halo) = (topology, window, halo);
        Stride = window.Width + 2 * halo;
        Data = new double[(window.Height + 2 * halo) * Stride];
        _scratch = new double[halo * Math.Max(Math.Max(window.Width, window.Height), halo)];
    }

    /// <summary>The rank's part of the whole.</summary>
    public Window Window { get; }

    /// <summary>How deep the border is, in cells.</summary>
    public int Halo { get; }

    /// <summary>Elements from one row to the next.</summary>
    public int Stride { get; }

    /// <summary>All cells, border and all, row by row. It can be exchanged for another array of the same length.</summary>
    public double[] Data { get; set; }

    /// <summary>A row from its first own cell on; rows and columns below 0 and past the end are the border's.</summary>
    public Span<double> Row(int row, int column = 0) => Data.AsSpan((row + Halo) * Stride + Halo + column);

    /// <summary>Sends the neighbours, all eight of them, the cells that their borders show.</summary>
    /// <param name="communicator">The rank's end.</param>
    /// <param name="tag">The first of nine tags that this takes.</param>
    public void Send(ICommunicator communicator, int tag = 0)
    {
        ArgumentNullException.ThrowIfNull(communicator);
        for (var direction = 0; direction < 9; direction++)
        {
            var (dy, dx) = (direction / 3 - 1, direction % 3 - 1);
            if (direction == 4 || _topology.Neighbour(communicator.Rank, dy, dx) is not { } neighbour)
                continue;
            var (top, height) = Edge(dy, Window.Height);
            var (left, width) = Edge(dx, Window.Width);
            for (var row = 0; row < height; row++)
                Row(top + row, left)[..width].CopyTo(_scratch.AsSpan(row * width));
            communicator.Send<double>(neighbour, _scratch.AsSpan(0, height * width), tag + direction);
        }
    }

    /// <summary>Puts what the neighbours sent into the border. Beyond an edge of the whole it stays as it is.</summary>
    /// <param name="communicator">The rank's end.</param>
    /// <param name="tag">The tag that they sent with.</param>
    public void Receive(ICommunicator communicator, int tag = 0)
    {
        ArgumentNullException.ThrowIfNull(communicator);
        for (var direction = 0; direction < 9; direction++)
        {
            var (dy, dx) = (direction / 3 - 1, direction % 3 - 1);
            // What came from below, its sender sent upwards.
            if (direction == 4 || _topology.Neighbour(communicator.Rank, dy, dx) is not { } neighbour)
                continue;
            var data = communicator.Receive<double>(neighbour, tag + 8 - direction);
            var (top, height) = Border(dy, Window.Height);
            var (left, width) = Border(dx, Window.Width);
            for (var row = 0; row < height; row++)
                data.Slice(row * width, width).CopyTo(Row(top + row, left));
        }
    }

    /// <summary>Saves or restores the rank's own cells.</summary>
    public void Archive(IArchive archive, string name)
    {
        ArgumentNullException.ThrowIfNull(archive);
        archive.Array(name, Window, Row(0), Stride);
    }

    private (int Start, int Count) Edge(int direction, int length) => direction switch
    {
        < 0 => (0, Halo),
        0 => (0, length),
        _ => (length - Halo, Halo),
    };

    private (int Start, int Count) Border(int direction, int length) => direction switch
    {
        < 0 => (-Halo, Halo),
        0 => (0, length),
        _ => (length, Halo),
    };
}
