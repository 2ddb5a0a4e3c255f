using System.Numerics;
using System.Runtime.CompilerServices;
using Pipeline.Simulation.Grids;

namespace Pipeline.Simulation.Programs;

/// <summary>
/// One time step of the shallow-water equations in vector-invariant form, after Sadourny (1975): the discrete equations conserve mass,
/// and energy but for the stepping in time. Rows go from south to north; what two rows share is computed once and kept in two rows of
/// scratch, which stay in the cache.
/// </summary>
/// <remarks>All is done in whole vectors: the last one of a row overlaps the one before. So a cell's value never depends on where it
/// falls in a row, and any number of ranks gives the same bits. Rows must have a vector's width at least.</remarks>
internal sealed class ShallowWaterKernel
{
    private readonly Sphere _sphere;
    private readonly Window _window;
    private readonly int _halo;
    private readonly int _stride;
    private readonly double[] _coriolis;
    private readonly double[] _ground;
    private readonly double[][] _flux = new double[2][];
    private readonly double[][] _bernoulli = new double[2][];
    private readonly double[][] _northFlux = new double[2][];
    private readonly double[][] _vorticity = new double[2][];
    private readonly double[][] _old = new double[3][];
    private readonly double[][] _first;
    private readonly double[][] _second;

    public ShallowWaterKernel(Sphere sphere, WilliamsonCase flow, Window window, int halo)
    {
        (_sphere, _window, _halo, _stride) = (sphere, window, halo, window.Width + 2 * halo);
        var cells = (window.Height + 2 * halo) * _stride;
        (_coriolis, _ground) = (new double[cells], new double[cells]);
        _first = [new double[cells], new double[cells], new double[cells]];
        _second = [new double[cells], new double[cells], new double[cells]];
        for (var i = 0; i < 2; i++)
            (_flux[i], _bernoulli[i], _northFlux[i], _vorticity[i]) = (new double[_stride], new double[_stride], new double[_stride], new double[_stride]);
        for (var row = -halo; row < window.Height + halo; row++)
        {
            var global = window.Top + row;
            if (global < 0 || global > sphere.Rows)
                continue;
            for (var column = -halo; column < window.Width + halo; column++)
            {
                // The same number of the grid for the same place, whichever rank looks at it.
                var turned = ((window.Left + column) % sphere.Columns + sphere.Columns) % sphere.Columns;
                var at = At(row, column);
                _coriolis[at] = flow.Coriolis(turned * sphere.LongitudeStep, sphere.EdgeLatitude(global));
                _ground[at] = global == sphere.Rows ? 0 : Sphere.Gravity * flow.Ground(sphere.Longitude(turned), sphere.Latitude(global));
            }
        }
    }

    /// <summary>One step, for the rank's cells and <paramref name="margin"/> cells around them. The fields must be valid
    /// <see cref="ShallowWaterProgram.Reach"/> cells farther.</summary>
    public void Step(HaloField depth, HaloField east, HaloField north, double timeStep, int margin)
    {
        var old = _old;
        (old[0], old[1], old[2]) = (depth.Data, east.Data, north.Data);
        Stage(old, old, _first, timeStep / 3, margin + 2);
        Stage(_first, old, _second, timeStep / 2, margin + 1);
        Stage(_second, old, _first, timeStep, margin);
        (depth.Data, east.Data, north.Data) = (_first[0], _first[1], _first[2]);
        (_first[0], _first[1], _first[2]) = (old[0], old[1], old[2]);
    }

    private int At(int row, int column) => (row + _halo) * _stride + _halo + column;

    // next = old + step × tendency(now)
    private void Stage(double[][] now, double[][] old, double[][] next, double step, int margin)
    {
        var top = Math.Max(-margin, -_window.Top);
        var bottom = Math.Min(_window.Height + margin, _sphere.Rows - _window.Top);
        var (left, width) = (_halo - margin, _window.Width + 2 * margin);
        if (_window.Top + top > 0)
            Cells(now, top - 1, left, width);
        Edges(now, top, left, width);
        for (var row = top; row < bottom; row++)
        {
            Cells(now, row, left, width);
            Edges(now, row + 1, left, width);
            Advance(old, next, row, left, width, step);
        }
    }

    // The zonal mass flux at western edges and Bernoulli's function in the middles of a row's cells.
    private void Cells(double[][] now, int row, int left, int width)
    {
        var global = _window.Top + row;
        var (south, north) = (_sphere.EdgeCosine(global), _sphere.EdgeCosine(global + 1));
        var scale = 1 / (4 * Math.Cos(_sphere.Latitude(global)));
        var (vs, vn, quarter, gravity) = (new Vector<double>(scale * south), new Vector<double>(scale * north), new Vector<double>(0.25), new Vector<double>(Sphere.Gravity));
        var start = (row + _halo) * _stride;
        ref var h = ref now[0][start];
        ref var u = ref now[1][start];
        ref var v = ref now[2][start];
        ref var ground = ref _ground[start];
        nint stride = _stride;
        ref var flux = ref _flux[global & 1][0];
        ref var bernoulli = ref _bernoulli[global & 1][0];
        // The flux is wanted from left to the edge after the last cell, Bernoulli's function from the cell before.
        nint i = left, last = left + width + 1 - Vector<double>.Count;
        while (true)
        {
            ((Load(ref h, i) + Load(ref h, i - 1)) * Load(ref u, i)).StoreUnsafe(ref flux, (nuint)i);
            if (i == last)
                break;
            i = Math.Min(i + Vector<double>.Count, last);
        }
        (i, last) = (left - 1, left + width - Vector<double>.Count);
        while (true)
        {
            var (u0, u1, v0, v1) = (Load(ref u, i), Load(ref u, i + 1), Load(ref v, i), Load(ref v, i + stride));
            var motion = Vector.FusedMultiplyAdd(u0, u0, u1 * u1) * quarter;
            motion = Vector.FusedMultiplyAdd(vs, v0 * v0, motion);
            motion = Vector.FusedMultiplyAdd(vn, v1 * v1, motion);
            Vector.FusedMultiplyAdd(gravity, Load(ref h, i), motion + Load(ref ground, i)).StoreUnsafe(ref bernoulli, (nuint)i);
            if (i == last)
                break;
            i = Math.Min(i + Vector<double>.Count, last);
        }
    }

    // The meridional mass flux at southern edges and the potential vorticity at south-western corners of a row's cells.
    private void Edges(double[][] now, int row, int left, int width)
    {
        var global = _window.Top + row;
        var cosine = _sphere.EdgeCosine(global);
        var inverse = cosine == 0 ? 0 : 1 / (Sphere.Radius * cosine);
        var spin = new Vector<double>(inverse / _sphere.LongitudeStep);
        var here = new Vector<double>(global == _sphere.Rows ? 0 : -inverse * Math.Cos(_sphere.Latitude(global)) / _sphere.LatitudeStep);
        var below = new Vector<double>(global == 0 ? 0 : inverse * Math.Cos(_sphere.Latitude(global - 1)) / _sphere.LatitudeStep);
        var weight = new Vector<double>(cosine);
        var start = (row + _halo) * _stride;
        ref var h = ref now[0][start];
        ref var u = ref now[1][start];
        ref var v = ref now[2][start];
        ref var coriolis = ref _coriolis[start];
        nint stride = _stride;
        ref var flux = ref _northFlux[global & 1][0];
        ref var vorticity = ref _vorticity[global & 1][0];
        nint i = left - 1, last = left + width - Vector<double>.Count;
        while (true)
        {
            ((Load(ref h, i) + Load(ref h, i - stride)) * (Load(ref v, i) * weight)).StoreUnsafe(ref flux, (nuint)i);
            if (i == last)
                break;
            i = Math.Min(i + Vector<double>.Count, last);
        }
        (i, last) = (left, left + width + 1 - Vector<double>.Count);
        while (true)
        {
            var turning = Vector.FusedMultiplyAdd(spin, Load(ref v, i) - Load(ref v, i - 1), Load(ref coriolis, i));
            turning = Vector.FusedMultiplyAdd(here, Load(ref u, i), turning);
            turning = Vector.FusedMultiplyAdd(below, Load(ref u, i - stride), turning);
            var depth = Load(ref h, i) + Load(ref h, i - 1) + (Load(ref h, i - stride) + Load(ref h, i - stride - 1));
            (turning / depth).StoreUnsafe(ref vorticity, (nuint)i);
            if (i == last)
                break;
            i = Math.Min(i + Vector<double>.Count, last);
        }
    }

    private void Advance(double[][] old, double[][] next, int row, int left, int width, double step)
    {
        var global = _window.Top + row;
        var cosine = Math.Cos(_sphere.Latitude(global));
        var (dx, dy) = (_sphere.LongitudeStep, _sphere.LatitudeStep);
        var eastGain = new Vector<double>(-step / (2 * Sphere.Radius * cosine * dx));
        var northGain = new Vector<double>(-step / (2 * Sphere.Radius * cosine * dy));
        var eastTurn = new Vector<double>(step / (2 * cosine));
        var eastPush = new Vector<double>(-step / (Sphere.Radius * cosine * dx));
        var northTurn = new Vector<double>(-step / 2);
        var northPush = new Vector<double>(-step / (Sphere.Radius * dy));
        var start = (row + _halo) * _stride;
        ref var h0 = ref old[0][start];
        ref var u0 = ref old[1][start];
        ref var v0 = ref old[2][start];
        ref var h = ref next[0][start];
        ref var u = ref next[1][start];
        ref var v = ref next[2][start];
        ref var flux = ref _flux[global & 1][0];
        ref var fluxBelow = ref _flux[(global & 1) ^ 1][0];
        ref var bernoulli = ref _bernoulli[global & 1][0];
        ref var bernoulliBelow = ref _bernoulli[(global & 1) ^ 1][0];
        ref var northFlux = ref _northFlux[global & 1][0];
        ref var northFluxAbove = ref _northFlux[(global & 1) ^ 1][0];
        ref var vorticity = ref _vorticity[global & 1][0];
        ref var vorticityAbove = ref _vorticity[(global & 1) ^ 1][0];
        // Nothing crosses the south pole; the north pole is the edge of a row that nobody has.
        var crosses = global != 0;
        nint i = left, last = left + width - Vector<double>.Count;
        while (true)
        {
            var (f, fe, g, ga) = (Load(ref flux, i), Load(ref flux, i + 1), Load(ref northFlux, i), Load(ref northFluxAbove, i));
            var (q, b) = (Load(ref vorticity, i), Load(ref bernoulli, i));
            Vector.FusedMultiplyAdd(eastGain, fe - f, Vector.FusedMultiplyAdd(northGain, ga - g, Load(ref h0, i))).StoreUnsafe(ref h, (nuint)i);
            var turn = Vector.FusedMultiplyAdd(q, g + Load(ref northFlux, i - 1), Load(ref vorticityAbove, i) * (ga + Load(ref northFluxAbove, i - 1)));
            Vector.FusedMultiplyAdd(eastTurn, turn, Vector.FusedMultiplyAdd(eastPush, b - Load(ref bernoulli, i - 1), Load(ref u0, i))).StoreUnsafe(ref u, (nuint)i);
            if (crosses)
            {
                turn = Vector.FusedMultiplyAdd(q, f + Load(ref fluxBelow, i), Load(ref vorticity, i + 1) * (fe + Load(ref fluxBelow, i + 1)));
                Vector.FusedMultiplyAdd(northTurn, turn, Vector.FusedMultiplyAdd(northPush, b - Load(ref bernoulliBelow, i), Load(ref v0, i))).StoreUnsafe(ref v, (nuint)i);
            }
            if (i == last)
                break;
            i = Math.Min(i + Vector<double>.Count, last);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<double> Load(ref double origin, nint index) => Vector.LoadUnsafe(ref Unsafe.Add(ref origin, index));
}
