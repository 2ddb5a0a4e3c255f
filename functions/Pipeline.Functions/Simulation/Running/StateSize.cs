using Pipeline.Simulation.Grids;
using Pipeline.Simulation.Output;
using Pipeline.Simulation.Ranks;

namespace Pipeline.Simulation.Running;

/// <summary>Counts the bytes of a rank's state.</summary>
internal sealed class StateSize : IArchive
{
    public bool IsRestoring => false;

    public long Bytes { get; private set; }

    public void Array<T>(string name, Window window, Span<T> data, int stride = 0) where T : unmanaged => Bytes += (long)window.Count * MessageBuffer.ElementType<T>.Size;

    public void Value<T>(string name, ref T value) where T : unmanaged => Bytes += MessageBuffer.ElementType<T>.Size;
}
