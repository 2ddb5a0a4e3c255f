using System.Text.Json.Nodes;

namespace Pipeline.Sql;

/// <summary>A CTE that was taken out of its query.</summary>
/// <param name="Name">Unique in the whole query.</param>
/// <param name="OriginalName">As the user wrote it.</param>
/// <param name="Definition">The entry of the parser's tree: body, column aliases, whether to materialize.</param>
/// <param name="IsRecursive">Whether it reads itself.</param>
internal sealed record Cte(string Name, string OriginalName, JsonObject Definition, bool IsRecursive)
{
    public JsonObject Body => Definition.Object("query")!.Object("node")!;
}
