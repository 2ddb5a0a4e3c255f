using System.Text;
using System.Text.Json.Nodes;

namespace Pipeline.Sql;

/// <summary>A place in the text of a query.</summary>
/// <param name="Line">The line; the first is 1.</param>
/// <param name="Column">The character within the line; the first is 1.</param>
public sealed record SqlPosition(int Line, int Column)
{
    /// <summary>Where a node of the parser's tree stands in the text, or the first one below it that is in the text at all.</summary>
    internal static SqlPosition? Of(JsonObject node, string sql) =>
        node.Everything().Select(n => n.Location()).FirstOrDefault(l => l is not null) is { } offset ? FromByteOffset(sql, offset) : null;

    /// <summary>DuckDB counts bytes of UTF-8 from 0; people count lines and characters from 1.</summary>
    internal static SqlPosition? FromByteOffset(string sql, ulong offset)
    {
        var bytes = Encoding.UTF8.GetBytes(sql);
        if (offset > (ulong)bytes.Length)
        {
            return null;
        }

        var before = Encoding.UTF8.GetString(bytes, 0, (int)offset);
        var lineStart = before.LastIndexOf('\n') + 1;
        return new SqlPosition(before.AsSpan().Count('\n') + 1, before.Length - lineStart + 1);
    }
}
