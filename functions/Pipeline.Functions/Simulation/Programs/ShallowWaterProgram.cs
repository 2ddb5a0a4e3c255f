using Pipeline.Simulation.Grids;
using Pipeline.Simulation.Output;
using Pipeline.Simulation.Ranks;

namespace Pipeline.Simulation.Programs;

/// <summary>The shallow-water equations on the sphere. Depth is in the middle of cells, the wind on their western and southern edges
/// (Arakawa's C grid); no flow crosses a pole. Steps are of Runge and Kutta's kind with three stages, so a step looks three cells far.</summary>
internal sealed class ShallowWaterProgram(Sphere sphere, WilliamsonCase flow, double timeStep, int innerSteps) : SimulationProgram
{
    /// <summary>How far one time step looks, in cells.</summary>
    public const int Reach = 3;

    private CartesianTopology _topology = null!;
    private HaloField _depth = null!;
    private HaloField _east = null!;
    private HaloField _north = null!;
    private ShallowWaterKernel _kernel = null!;
    private double _time;

    public override double Time => _time;

    public override void Initialise(ICommunicator communicator)
    {
        _topology = CartesianTopology.Balanced(communicator.Size, sphere.Rows, sphere.Columns, periodicRows: false, periodicColumns: true);
        var window = _topology.Share(communicator.Rank, sphere.Rows, sphere.Columns);
        var halo = Reach * innerSteps;
        _depth = new HaloField(_topology, window, halo);
        _east = new HaloField(_topology, window, halo);
        _north = new HaloField(_topology, window, halo);
        _kernel = new ShallowWaterKernel(sphere, flow, window, halo);
        var half = sphere.LongitudeStep / 2;
        for (var row = 0; row < window.Height; row++)
        {
            var latitude = sphere.Latitude(window.Top + row);
            for (var column = 0; column < window.Width; column++)
            {
                var longitude = sphere.Longitude(window.Left + column);
                _depth.Row(row)[column] = flow.Surface(longitude, latitude) - flow.Ground(longitude, latitude);
                _east.Row(row)[column] = flow.Eastward(longitude - half, latitude);
                _north.Row(row)[column] = window.Top + row == 0 ? 0 : flow.Northward(longitude);
            }
        }
    }

    public override IEnumerable<int> Partners(ICommunicator communicator) => _topology.Neighbours(communicator.Rank);

    public override void Send(ICommunicator communicator)
    {
        _depth.Send(communicator, 0);
        _east.Send(communicator, 9);
        _north.Send(communicator, 18);
    }

    public override void Superstep(ICommunicator communicator)
    {
        _depth.Receive(communicator, 0);
        _east.Receive(communicator, 9);
        _north.Receive(communicator, 18);
        for (var left = innerSteps - 1; left >= 0; left--)
        {
            _kernel.Step(_depth, _east, _north, timeStep, Reach * left);
            _time += timeStep;
        }
    }

    public override void State(IArchive archive)
    {
        _depth.Archive(archive, "depth");
        _east.Archive(archive, "u");
        _north.Archive(archive, "v");
        archive.Value("time", ref _time);
    }

    public override void Output(IArchive archive)
    {
        var window = _depth.Window;
        var surface = new double[window.Count];
        for (var row = 0; row < window.Height; row++)
        {
            for (var column = 0; column < window.Width; column++)
                surface[row * window.Width + column] = _depth.Row(row)[column] + Ground(row, column);
        }
        archive.Array("height", window, surface.AsSpan());
        _east.Archive(archive, "u");
        _north.Archive(archive, "v");
    }

    public override void Diagnose(Diagnostics diagnostics)
    {
        var window = _depth.Window;
        var (mass, energy, error, square, fastest) = (0.0, 0.0, 0.0, 0.0, 0.0);
        for (var row = 0; row < window.Height; row++)
        {
            var area = sphere.Area(window.Top + row);
            for (var column = 0; column < window.Width; column++)
            {
                var (h, u, v, ground) = (_depth.Row(row)[column], _east.Row(row)[column], _north.Row(row)[column], Ground(row, column));
                mass += area * h;
                energy += area * (h * (u * u + v * v) / 2 + Sphere.Gravity * h * (h / 2 + ground));
                fastest = Math.Max(fastest, Math.Sqrt(u * u + v * v));
                var exact = flow.Surface(sphere.Longitude(window.Left + column), sphere.Latitude(window.Top + row));
                error += area * (h + ground - exact) * (h + ground - exact);
                square += area * exact * exact;
            }
        }
        diagnostics.Sum("mass", mass);
        diagnostics.Sum("energy", energy);
        diagnostics.Max("fastest", fastest);
        if (flow.Number != 2)
            return;
        // Steady: what differs from the start is error. Squares, because squares can be summed.
        diagnostics.Sum("squaredError", error);
        diagnostics.Sum("squaredHeight", square);
    }

    private double Ground(int row, int column) =>
        flow.Ground(sphere.Longitude(_depth.Window.Left + column), sphere.Latitude(_depth.Window.Top + row));
}
