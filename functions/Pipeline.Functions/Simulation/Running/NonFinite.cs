using System.Runtime.InteropServices;
using Pipeline.Simulation.Grids;
using Pipeline.Simulation.Output;

namespace Pipeline.Simulation.Running;

/// <summary>Looks through a rank's state for the first value that is no finite number.</summary>
internal sealed class NonFinite : IArchive
{
    public bool IsRestoring => false;

    /// <summary>Array, row and column in the whole of what was found; null for nothing.</summary>
    public (string Array, int Row, int Column, double Value)? Found { get; private set; }

    public void Array<T>(string name, Window window, Span<T> data, int stride = 0) where T : unmanaged
    {
        if (typeof(T) != typeof(double) || Found is not null)
            return;
        var values = MemoryMarshal.Cast<T, double>(data);
        for (var row = 0; row < window.Height; row++)
        {
            var line = values.Slice(row * (stride == 0 ? window.Width : stride), window.Width);
            // The greatest magnitude is NaN where any value is.
            if (line.Length == 0 || double.IsFinite(System.Numerics.Tensors.TensorPrimitives.MaxMagnitude(line)))
                continue;
            var column = 0;
            while (double.IsFinite(line[column]))
                column++;
            Found = (name, window.Top + row, window.Left + column, line[column]);
            return;
        }
    }

    public void Value<T>(string name, ref T value) where T : unmanaged
    {
        if (value is double number && !double.IsFinite(number))
            Found ??= (name, 0, 0, number);
    }
}
