using Pipeline.Simulation.Grids;

namespace Pipeline.Simulation.Output;

/// <summary>Saves or restores the state of a rank: one description serves both ways.</summary>
public interface IArchive
{
    /// <summary>Whether values are restored. An array may be restored in larger parts than it was saved in, for instance whole.</summary>
    bool IsRestoring { get; }

    /// <summary>The rank's part of an array that all ranks hold together.</summary>
    /// <param name="name">The array's name.</param>
    /// <param name="window">The part's place in the whole.</param>
    /// <param name="data">The part: <see cref="Window.Height"/> rows of <see cref="Window.Width"/> elements.</param>
    /// <param name="stride">Elements from the start of a row to that of the next; 0 where rows follow each other.</param>
    void Array<T>(string name, Window window, Span<T> data, int stride = 0) where T : unmanaged;

    /// <summary>A value that is the same on all ranks.</summary>
    void Value<T>(string name, ref T value) where T : unmanaged;
}
