using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Pipeline.Simulation.Programs;

/// <summary>A square matrix by rows: row i's elements are those from <c>Starts[i]</c> to <c>Starts[i + 1]</c>, in the order of their columns.</summary>
internal sealed class SparseMatrix
{
    private SparseMatrix(int[] starts, int[] columns, double[] values) => (Starts, Columns, Values) = (starts, columns, values);

    /// <summary>Where rows start; one more than there are rows.</summary>
    public int[] Starts { get; }

    /// <summary>Columns of the elements, every one less than <see cref="Size"/>.</summary>
    public int[] Columns { get; }

    /// <summary>The elements.</summary>
    public double[] Values { get; }

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
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)column, (uint)size, nameof(elements));
            columns[next[row]] = column;
            values[next[row]++] = value;
        }
        return Merge(starts, columns, values);
    }

    /// <summary>y = A x for the rows from <paramref name="first"/> on.</summary>
    public void Multiply(int first, ReadOnlySpan<double> x, Span<double> y)
    {
        // This loop is most of a solver's time. Here and in Of is checked what makes every access lie within its array, once for all.
        ArgumentOutOfRangeException.ThrowIfNotEqual(x.Length, Size);
        var starts = Starts.AsSpan(first, y.Length + 1);
        ref var column = ref MemoryMarshal.GetArrayDataReference(Columns);
        ref var value = ref MemoryMarshal.GetArrayDataReference(Values);
        ref var element = ref MemoryMarshal.GetReference(x);
        nint i = starts[0];
        for (var row = 0; row < y.Length; row++)
        {
            nint end = starts[row + 1];
            var sum = 0.0;
            for (; i < end; i++)
                sum += Unsafe.Add(ref value, i) * Unsafe.Add(ref element, Unsafe.Add(ref column, i));
            y[row] = sum;
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
