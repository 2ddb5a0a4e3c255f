using System.Text.Json.Nodes;

namespace Pipeline.Sql;

/// <summary>
/// Expressions that stand for a window's start and end while a query is bound and split: of type TIMESTAMP, over the window's time
/// column, and unlike anything else in the query. They never run: partials group by panes instead, and the final step reads columns.
/// </summary>
internal static class WindowMarkers
{
    public const string Start = SplitNames.Prefix + "window_start";

    public const string End = SplitNames.Prefix + "window_end";

    /// <summary>The text of a marker over a column <c>t</c>, which is then replaced by the time expression.</summary>
    public static string Template(string marker) =>
        $"SELECT CAST(replace({SqlText.Literal(marker)}, {SqlText.Literal(marker)}, CAST({SplitNames.Prefix}t AS VARCHAR)) AS TIMESTAMP)";

    /// <summary>Puts the time expression into a parsed <see cref="Template"/>.</summary>
    public static JsonObject Make(JsonObject template, JsonObject time) => template.Replace(n =>
        n.IsExpression("COLUMN_REF") && n.Texts("column_names") is [SplitNames.Prefix + "t"] ? time.Copy().WithAlias("") : null);

    /// <summary>The time expression of a marker; null if the expression is none.</summary>
    public static JsonObject? TimeOf(JsonObject expression, string marker) =>
        expression.IsExpression("CAST") && expression.Object("child") is { } call && call.Text("function_name") == "replace"
            && call.Objects("children").ToList() is [var first, _, var text] && first.Object("value")?.Text("value") == marker
            ? text.Object("child")
            : null;

    /// <summary>True if a tree holds a marker.</summary>
    public static bool In(JsonObject tree) => tree.Everything().Any(n => TimeOf(n, Start) is not null || TimeOf(n, End) is not null);
}
