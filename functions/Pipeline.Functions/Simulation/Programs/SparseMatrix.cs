namespace Pipeline.Simulation.Programs;

/// <summary>A square matrix by rows: row i's elements are those from <c>Starts[i]</c> to <c>Starts[i + 1]</c>, in the order of their columns.</summary>
/// <param name="Starts">Where rows start; one more than there are rows.</param>
/// <param name="Columns">Columns of the elements.</param>
/// <param name="Values">The elements.</param>
internal sealed record SparseMatrix(int[] Starts, int[] Columns, double[] Values)
{
    public int Size => Starts.Length - 1;

    /// <summary>Puts elements in order; those of the same place are added up, in the order given.</summary>
    public static SparseMatrix Of(int size, IReadOnlyList<(int Row, int Column, double Value)> elements)
    {
        var starts = new int[size + 1];
        foreach (var (row, _, _) in elements)
            starts[row + 1]++;
        for (var row = 0; row < size; row++)
            starts[row + 1] += starts[row];
        var (columns, values, next) = (new int[elements.Count], new double[elements.Count], starts[..size]);
        foreach (var (row, column, value) in elements)
        {
            columns[next[row]] = column;
            values[next[row]++] = value;
        }
        return Merge(starts, columns, values);
    }

    /// <summary>y = A x for the rows from <paramref name="first"/> on.</summary>
    public void Multiply(int first, ReadOnlySpan<double> x, Span<double> y)
    {
        var start = Starts[first];
        for (var row = 0; row < y.Length; row++)
        {
            var end = Starts[first + row + 1];
            var columns = Columns.AsSpan(start, end - start);
            var values = Values.AsSpan(start, columns.Length);
            var sum = 0.0;
            for (var i = 0; i < values.Length; i++)
                sum += values[i] * x[columns[i]];
            y[row] = sum;
            start = end;
        }
    }

    /// <summary>The element of a place.</summary>
    public double At(int row, int column)
    {
        var at = Array.BinarySearch(Columns, Starts[row], Starts[row + 1] - Starts[row], column);
        return at < 0 ? 0 : Values[at];
    }

    private static SparseMatrix Merge(int[] starts, int[] columns, double[] values)
    {
        var (merged, kept) = (new int[starts.Length], 0);
        for (var row = 0; row + 1 < starts.Length; row++)
        {
            // A stable sort, so that equal places are added in the order given.
            var order = Enumerable.Range(starts[row], starts[row + 1] - starts[row]).OrderBy(i => columns[i]).Select(i => (columns[i], values[i])).ToArray();
            merged[row] = kept;
            foreach (var (column, value) in order)
            {
                if (kept > merged[row] && columns[kept - 1] == column)
                    values[kept - 1] += value;
                else
                    (columns[kept], values[kept++]) = (column, value);
            }
        }
        merged[^1] = kept;
        return new SparseMatrix(merged, columns[..kept], values[..kept]);
    }
}
