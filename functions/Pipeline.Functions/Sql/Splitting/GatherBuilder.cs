using System.Text.Json.Nodes;

namespace Pipeline.Sql;

/// <summary>
/// The last resort for a SELECT that needs all rows in one place: tasks filter the large table and keep the needed columns, and
/// the final step runs the SELECT over what they kept. Only worth it where there is a filter.
/// </summary>
internal sealed class GatherBuilder(SplitContext context, IReadOnlyList<string> columns)
{
    /// <summary>Adds the block and turns the reference to the large table into a read of the block, in place.</summary>
    /// <param name="table">The reference.</param>
    /// <param name="select">The SELECT whose FROM holds it.</param>
    /// <param name="reason">Why the SELECT is not split.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    public async Task BuildAsync(JsonObject table, JsonObject select, string reason, CancellationToken cancellationToken)
    {
        var conditions = await FilterExtractor.ConditionsAsync(context, select, table, context.Large, cancellationToken);
        if (conditions.Count == 0 || table.Texts("column_name_alias").Count > 0 || table["sample"] is not null)
        {
            throw new CannotSplitException(reason);
        }

        var name = context.NextBlockName;
        var kept = columns.Count > 0 ? columns : [context.Large.Columns[0].Name];
        var partial = await context.ParseAsync($"SELECT {string.Join(", ", kept.Select((c, i) => $"{SqlText.Name(c)} AS {SplitNames.Column(i)}"))} FROM {SqlText.Name(context.Large.Name)}", cancellationToken);
        partial["where_clause"] = TreeBuilder.All(conditions);
        var sql = await context.PrintAsync(partial, cancellationToken);
        var schema = await context.Binder.TryDescribeAsync(sql, cancellationToken) ?? throw new CannotSplitException(reason);
        context.Add(new ScanBlock(
            name, ScanBlockKind.Rows, sql, $"SELECT {string.Join(", ", schema.Select(c => c.Name))} FROM {name}", schema,
            await context.ReadOfLargeAsync(partial, sql, schema, cancellationToken), [],
            [$"filters rows and gathers them for the final step, because {reason}"]));

        var alias = table.Text("alias") is { Length: > 0 } own ? own : table.Text("table_name");
        var read = await context.ParseAsync(
            $"SELECT 1 FROM (SELECT {string.Join(", ", kept.Select((c, i) => $"{SplitNames.Column(i)} AS {SqlText.Name(c)}"))} FROM {name}) AS {SqlText.Name(alias)}", cancellationToken);
        table.Become(read.Object("from_table")!.Copy());
    }
}
