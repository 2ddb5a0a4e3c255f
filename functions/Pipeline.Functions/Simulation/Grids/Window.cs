namespace Pipeline.Simulation.Grids;

/// <summary>A part of an array that all ranks hold together: a rectangle of rows and columns. A vector is one row.</summary>
/// <param name="Rows">Rows of the whole array.</param>
/// <param name="Columns">Columns of the whole array.</param>
/// <param name="Top">The part's first row.</param>
/// <param name="Left">The part's first column.</param>
/// <param name="Height">Rows of the part.</param>
/// <param name="Width">Columns of the part.</param>
public readonly record struct Window(int Rows, int Columns, int Top, int Left, int Height, int Width)
{
    /// <summary>Elements of the part.</summary>
    public int Count => Height * Width;

    /// <summary>A part of a vector.</summary>
    public static Window Of(int length, int start, int count) => new(1, length, 0, start, 1, count);
}
