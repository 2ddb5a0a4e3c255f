using System.Globalization;
using System.Text;

namespace Pipeline.Simulation.Programs;

/// <summary>Reads matrices and vectors in Matrix Market's format.</summary>
internal static class MatrixMarket
{
    /// <summary>The most elements that are read.</summary>
    public const int MaxElements = 200_000_000;

    // The format's own bound is 1,024.
    private const int MaxLine = 1024;

    /// <summary>Looks through a file without keeping it: a matrix by its elements, or a vector, and nothing behind them.</summary>
    /// <exception cref="FormatException">It is neither; the message says in which line and why.</exception>
    public static void Check(TextReader reader, CancellationToken cancellationToken)
    {
        var number = 0;
        var header = Header(reader, ref number);
        var isVector = header is ["array", "real" or "integer", "general"];
        if (!isVector && header is not ["coordinate", "real" or "integer" or "pattern", "symmetric" or "general"])
            throw Fault(1, $"this is '{Short(string.Join(' ', header))}'; 'coordinate' with 'real', 'integer' or 'pattern' and 'symmetric' or 'general' is a matrix here, and 'array real general' a vector");
        var sizes = Fields(reader, ref number, isVector ? 2 : 3);
        var rows = Whole(sizes[0], number, 1, isVector ? MaxElements : int.MaxValue - 1);
        var columns = Whole(sizes[1], number, 1, int.MaxValue - 1);
        if (isVector && columns != 1)
            throw Fault(number, $"the vector has {columns} columns; it must have one");
        var count = isVector ? rows : Whole(sizes[2], number, 0, MaxElements);
        for (var i = 0; i < count; i++)
        {
            if (i % 4096 == 0)
                cancellationToken.ThrowIfCancellationRequested();
            var fields = Fields(reader, ref number, isVector ? 1 : header[1] == "pattern" ? 2 : 3);
            if (!isVector)
                _ = Whole(fields[0], number, 1, rows) + (long)Whole(fields[1], number, 1, columns);
            if (isVector || fields.Length == 3)
                _ = Real(fields[^1], number);
        }

        while (ReadLine(reader, ++number) is { } line)
        {
            if (line.AsSpan().Trim() is { Length: > 0 } rest && rest[0] != '%')
                throw Fault(number, $"there are more than the {count} elements that the sizes announce");
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    /// <summary>Reads a symmetric matrix: <c>coordinate</c>, <c>real</c>, <c>integer</c> or <c>pattern</c>, <c>symmetric</c> or <c>general</c>.</summary>
    /// <exception cref="FormatException">It is not one; the message says in which line and why.</exception>
    public static SparseMatrix ReadMatrix(TextReader reader)
    {
        var number = 0;
        var header = Header(reader, ref number);
        if (header is not ["coordinate", "real" or "integer" or "pattern", "symmetric" or "general"])
            throw Fault(1, $"the matrix is '{string.Join(' ', header)}'; 'coordinate', 'real', 'integer' or 'pattern', and 'symmetric' or 'general' are read");
        var (pattern, mirrored) = (header[1] == "pattern", header[2] == "symmetric");
        var sizes = Fields(reader, ref number, 3);
        var (rows, columns, count) = (Whole(sizes[0], number, 1, int.MaxValue - 1), Whole(sizes[1], number, 1, int.MaxValue - 1), Whole(sizes[2], number, 0, MaxElements));
        if (rows != columns)
            throw Fault(number, $"the matrix has {rows} rows and {columns} columns; it must be square");
        var elements = new List<(int, int, double)>(Math.Min(mirrored ? 2 * count : count, 1 << 20));
        for (var i = 0; i < count; i++)
        {
            var fields = Fields(reader, ref number, pattern ? 2 : 3);
            var (row, column) = (Whole(fields[0], number, 1, rows) - 1, Whole(fields[1], number, 1, rows) - 1);
            var value = pattern ? 1 : Real(fields[2], number);
            if (mirrored && column > row)
                throw Fault(number, "a symmetric matrix is given by its lower triangle; this element is above the diagonal");
            elements.Add((row, column, value));
            if (mirrored && row != column)
                elements.Add((column, row, value));
        }
        // Before room is made for rows that a line announces and nobody gave.
        if (elements.Count < rows)
            throw new FormatException($"The matrix is not positive definite: it has {rows} rows, and {elements.Count} elements cannot fill its diagonal. Conjugate gradients need a symmetric positive definite one.");
        var matrix = SparseMatrix.Of(rows, elements);
        Check(matrix);
        return matrix;
    }

    /// <summary>Reads a vector: <c>array real general</c> with one column.</summary>
    /// <exception cref="FormatException">It is not one.</exception>
    public static double[] ReadVector(TextReader reader)
    {
        var number = 0;
        var header = Header(reader, ref number);
        if (header is not ["array", "real" or "integer", "general"])
            throw Fault(1, $"the vector is '{string.Join(' ', header)}'; 'array real general' is read");
        var sizes = Fields(reader, ref number, 2);
        var count = Whole(sizes[0], number, 1, MaxElements);
        if (sizes[1] != "1")
            throw Fault(number, $"the vector has {Short(sizes[1])} columns; it must have one");
        var vector = new List<double>();
        while (vector.Count < count)
            vector.Add(Real(Fields(reader, ref number, 1)[0], number));
        return [.. vector];
    }

    // What cannot be seen from the elements, the method itself notices.
    private static void Check(SparseMatrix matrix)
    {
        for (var row = 0; row < matrix.Size; row++)
        {
            if (!(matrix.At(row, row) > 0))
                throw new FormatException($"The matrix is not positive definite: element ({row + 1}, {row + 1}) of its diagonal is {matrix.At(row, row).ToString(CultureInfo.InvariantCulture)}. Conjugate gradients need a symmetric positive definite one.");
            for (var i = matrix.Starts[row]; i < matrix.Starts[row + 1]; i++)
            {
                if (matrix.At(matrix.Columns[i], row) != matrix.Values[i])
                    throw new FormatException($"The matrix is not symmetric: element ({row + 1}, {matrix.Columns[i] + 1}) differs from ({matrix.Columns[i] + 1}, {row + 1}). Conjugate gradients need a symmetric positive definite one.");
            }
        }
    }

    private static string[] Header(TextReader reader, ref int number)
    {
        number++;
        var words = (ReadLine(reader, number) ?? "").Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        return words is [var banner, var what, ..] && banner == "%%MatrixMarket" && what.Equals("matrix", StringComparison.OrdinalIgnoreCase)
            ? [.. words.Skip(2).Select(w => w.ToLowerInvariant())]
            : throw Fault(1, "a Matrix Market file starts with '%%MatrixMarket matrix'");
    }

    private static string[] Fields(TextReader reader, ref int number, int count)
    {
        while (true)
        {
            number++;
            if (ReadLine(reader, number) is not { } line)
                throw Fault(number, "the file ends here, before all that its sizes announce");
            var fields = line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
            if (fields.Length == 0 || fields[0][0] == '%')
                continue;
            return fields.Length == count ? fields : throw Fault(number, $"there are {fields.Length} fields where {count} must be");
        }
    }

    // TextReader's own would read a line of gigabytes.
    private static string? ReadLine(TextReader reader, int number)
    {
        var line = new StringBuilder();
        while (reader.Read() is var read && read >= 0 && read != '\n')
        {
            if (line.Length == MaxLine)
                throw Fault(number, $"it has more than {MaxLine} characters");
            line.Append((char)read);
        }

        if (line.Length == 0 && reader.Peek() < 0)
            return null;
        return line.ToString();
    }

    private static int Whole(string text, int line, int min, int max) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value >= min && value <= max ? value
            : throw Fault(line, $"'{Short(text)}' is no whole number from {min} to {max}");

    private static double Real(string text, int line) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && double.IsFinite(value) ? value : throw Fault(line, $"'{Short(text)}' is no finite number");

    private static string Short(string text) => text.Length <= 40 ? text : text[..40] + "…";

    private static FormatException Fault(int line, string what) => new($"Line {line}: {what}.");
}
