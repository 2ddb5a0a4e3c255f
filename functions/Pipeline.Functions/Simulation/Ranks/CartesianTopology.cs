using Pipeline.Simulation.Grids;

namespace Pipeline.Simulation.Ranks;

/// <summary>Ranks as the cells of a grid: rows by columns, numbered row by row.</summary>
/// <param name="Rows">Ranks from top to bottom.</param>
/// <param name="Columns">Ranks from left to right.</param>
/// <param name="PeriodicRows">Whether the last row's neighbour is the first.</param>
/// <param name="PeriodicColumns">Whether the last column's neighbour is the first.</param>
public sealed record CartesianTopology(int Rows, int Columns, bool PeriodicRows, bool PeriodicColumns)
{
    /// <summary>How many ranks it has.</summary>
    public int Size => Rows * Columns;

    /// <summary>Lays ranks out as squarely as their number and the grid allow: the least border between them.</summary>
    public static CartesianTopology Balanced(int size, int gridRows, int gridColumns, bool periodicRows, bool periodicColumns)
    {
        var (best, least) = (1, double.MaxValue);
        for (var rows = 1; rows <= size; rows++)
        {
            if (size % rows != 0)
                continue;
            var border = (double)gridColumns * rows + (double)gridRows * (size / rows);
            if (border < least)
                (best, least) = (rows, border);
        }
        return new CartesianTopology(best, size / best, periodicRows, periodicColumns);
    }

    /// <summary>Row and column of a rank.</summary>
    public (int Row, int Column) Coordinates(int rank) => (rank / Columns, rank % Columns);

    /// <summary>The rank so many rows down and columns to the right; null beyond an edge that is not periodic.</summary>
    public int? Neighbour(int rank, int rows, int columns)
    {
        var (row, column) = Coordinates(rank);
        (row, column) = (row + rows, column + columns);
        if (PeriodicRows)
            row = (row % Rows + Rows) % Rows;
        if (PeriodicColumns)
            column = (column % Columns + Columns) % Columns;
        return row < 0 || row >= Rows || column < 0 || column >= Columns ? null : row * Columns + column;
    }

    /// <summary>The ranks around a rank, all eight of them where there are so many.</summary>
    public IEnumerable<int> Neighbours(int rank)
    {
        for (var direction = 0; direction < 9; direction++)
        {
            if (direction != 4 && Neighbour(rank, direction / 3 - 1, direction % 3 - 1) is { } neighbour)
                yield return neighbour;
        }
    }

    /// <summary>The part of a grid that a rank owns. Parts differ by one row and one column at most.</summary>
    public Window Share(int rank, int gridRows, int gridColumns)
    {
        var (row, column) = Coordinates(rank);
        var (top, bottom) = Split(gridRows, Rows, row);
        var (left, right) = Split(gridColumns, Columns, column);
        return new Window(gridRows, gridColumns, top, left, bottom - top, right - left);
    }

    /// <summary>Part <paramref name="index"/> of a range that is split into parts as equal as can be.</summary>
    public static (int Start, int End) Split(int length, int parts, int index) =>
        ((int)((long)length * index / parts), (int)((long)length * (index + 1) / parts));
}
