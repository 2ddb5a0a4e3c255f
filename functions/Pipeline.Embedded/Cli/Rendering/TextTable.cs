using Spectre.Console;
using Spectre.Console.Rendering;

namespace Pipeline.Embedded.Cli.Rendering;

/// <summary>Rows and columns for a person. What does not fit the width is cut where it hurts least: long cells first, then columns
/// from the middle, and it says so.</summary>
/// <param name="Columns">The columns.</param>
/// <param name="Rows">The rows, each with a value for every column; null is shown as such.</param>
internal sealed record TextTable(IReadOnlyList<TextTable.Column> Columns, IReadOnlyList<IReadOnlyList<string?>> Rows)
{
    // Wide enough for a name, a path's end or a timestamp; a longer cell would push its neighbours off the screen.
    private const int LongestCell = 48;
    private const string Cut = "…";

    /// <summary>One column.</summary>
    /// <param name="Name">Its heading.</param>
    /// <param name="IsNumber">Whether its values stand to the right.</param>
    internal sealed record Column(string Name, bool IsNumber = false);

    /// <summary>A table with a row for each of the values.</summary>
    public static TextTable Of<T>(IReadOnlyList<Column> columns, IEnumerable<T> values, Func<T, IReadOnlyList<string?>> row) => new(columns, [.. values.Select(row)]);

    /// <summary>The table.</summary>
    /// <param name="width">The cells that a line has; null where lines may be as long as they like, as in a pipe.</param>
    /// <param name="hidden">How many columns are not shown for want of room.</param>
    public IRenderable Render(int? width, out int hidden)
    {
        var columns = Columns.Select((c, i) => new Laid(c, i, width is null ? int.MaxValue : LongestCell, Rows)).ToList();
        hidden = 0;
        if (width is { } limit)
        {
            while (Total(columns, hidden > 0) > limit && columns.Count > 2)
            {
                columns.RemoveAt(columns.Count / 2);
                hidden++;
            }
        }

        var table = new Table { Border = TableBorder.Rounded, BorderStyle = new Style(Color.Grey) };
        var gap = hidden > 0 ? (columns.Count + 1) / 2 : -1;
        for (var i = 0; i <= columns.Count; i++)
        {
            if (i == gap)
                table.AddColumn(new TableColumn(new Text(Cut)) { NoWrap = true });
            if (i < columns.Count)
                table.AddColumn(new TableColumn(new Text(columns[i].Heading, new Style(decoration: Decoration.Bold))) { NoWrap = true, Alignment = columns[i].Alignment });
        }
        for (var row = 0; row < Rows.Count; row++)
        {
            var cells = columns.Select(c => c.Cell(row));
            table.AddRow(gap < 0 ? cells : cells.Take(gap).Append(new Text(Cut)).Concat(cells.Skip(gap)));
        }
        return table;
    }

    // A border on the left of every cell and one at the end, and a space on either side of the text.
    private static int Total(List<Laid> columns, bool cut) => columns.Sum(c => c.Width + 3) + 1 + (cut ? Cut.Length + 3 : 0);

    private sealed class Laid
    {
        private readonly List<string?> _cells;

        public Laid(Column column, int index, int longest, IReadOnlyList<IReadOnlyList<string?>> rows)
        {
            Heading = Shorten(Shown.Text(column.Name), longest);
            Alignment = column.IsNumber ? Justify.Right : Justify.Left;
            _cells = rows.Select(r => r[index] is { } value ? Shorten(Shown.Text(value), longest) : null).ToList();
            Width = Math.Max(Cells(Heading), _cells.Count == 0 ? 0 : _cells.Max(c => c is null ? 4 : Cells(c)));
        }

        public string Heading { get; }

        public Justify Alignment { get; }

        public int Width { get; }

        public Text Cell(int row) => _cells[row] is { } value ? new Text(value) : new Text("null", new Style(Color.Grey));

        private static int Cells(string text) => new Segment(text).CellCount();

        private static string Shorten(string text, int longest)
        {
            if (text.Length <= longest / 2 || Cells(text) <= longest)
                return text;
            var length = Math.Min(text.Length, longest - 1);
            while (Cells(text[..length]) > longest - 1)
                length--;
            if (char.IsHighSurrogate(text[length - 1]))
                length--;
            return text[..length] + Cut;
        }
    }
}
