using System.Text;
using System.Text.Json.Nodes;

namespace Pipeline.Sql;

/// <summary>Finds where a place in printed SQL stands in the text that a user wrote: the trees of both have the same shape.</summary>
internal static class PrintedPositions
{
    /// <summary>The place in the user's text; null if there is none.</summary>
    /// <param name="original">The tree that was printed; its nodes know their places in the user's text.</param>
    /// <param name="sql">The user's text.</param>
    /// <param name="printed">The printed text.</param>
    /// <param name="again">The tree of the printed text.</param>
    /// <param name="position">A place in the printed text.</param>
    public static SqlPosition? Find(JsonObject original, string sql, string printed, JsonObject again, SqlPosition position)
    {
        var offset = ByteOffset(printed, position);
        var (from, to) = (Located(original).ToList(), Located(again).ToList());
        var nearest = to.Select((node, index) => (Location: node.Location() ?? 0, Index: index)).Where(n => n.Location <= offset).OrderByDescending(n => n.Location).ToList();
        return from.Count == to.Count && nearest.Count > 0 && from[nearest[0].Index].Location() is { } place ? SqlPosition.FromByteOffset(sql, place) : null;
    }

    private static IEnumerable<JsonObject> Located(JsonObject tree) => tree.Everything().Where(n => n.IsExpression() || n.Type() is "BASE_TABLE" or "TABLE_FUNCTION");

    private static ulong ByteOffset(string text, SqlPosition position)
    {
        var lines = text.Split('\n');
        var before = lines.Take(position.Line - 1).Sum(l => Encoding.UTF8.GetByteCount(l) + 1L);
        var line = lines[Math.Min(position.Line, lines.Length) - 1];
        return (ulong)(before + Encoding.UTF8.GetByteCount(line[..Math.Min(line.Length, position.Column - 1)]));
    }
}
