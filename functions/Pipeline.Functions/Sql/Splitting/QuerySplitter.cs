using System.Text.Json.Nodes;

namespace Pipeline.Sql;

/// <summary>
/// Finds the SELECTs of a query that can run in parts and turns each into a block; all around them runs in the final step.
/// From the outside in: the outermost SELECT that distributes over the large table takes in all that is beneath it.
/// </summary>
internal sealed class QuerySplitter(SplitContext context, IReadOnlyList<string> columnsOfLarge)
{
    /// <summary>Where a SELECT fails as a block, its parts are tried again: nested ones could be tried without end.</summary>
    private const int MaxAttempts = 200;

    private int _attempts;

    /// <summary>Splits a whole query.</summary>
    /// <param name="query">The query, without CTEs; it becomes the final step.</param>
    /// <param name="result">What it must give.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <exception cref="CannotSplitException">It cannot be split.</exception>
    public async Task<SplitQuery> SplitAsync(JsonObject query, IReadOnlyList<ColumnSchema> result, CancellationToken cancellationToken)
    {
        var isPlainRows = query.Type() == "SELECT_NODE" && RowWise.Is(query);
        foreach (var cte in context.Ctes.Where(c => context.ReadsLarge(c.Body)))
        {
            if (cte.IsRecursive)
            {
                throw new CannotSplitException("a recursive CTE reads the large table");
            }

            var columns = await context.TryDescribeAsync(cte.Body, cancellationToken) ?? throw new CannotSplitException($"CTE {cte.OriginalName} depends on the query around it");
            await RewriteAsync(cte.Body, cancellationToken);
            await context.DeriveAsync(cte.Body, columns, cancellationToken);
        }

        await RewriteAsync(query, cancellationToken);
        context.KeepWithFinalWhatOnlyItReads();
        var final = await context.PrintAsync(query, cancellationToken);
        IReadOnlyList<ColumnSchema> columnsOfFinal;
        try
        {
            columnsOfFinal = await context.Binder.BindAsync(final, cancellationToken);
        }
        catch (SqlException e)
        {
            throw new CannotSplitException($"its final step does not bind: {e.Message}");
        }

        if (!columnsOfFinal.SequenceEqual(result))
        {
            var (is_, should) = columnsOfFinal.Zip(result).FirstOrDefault(p => p.First != p.Second);
            throw new CannotSplitException(is_ is null ? "its final step has other columns" : $"its final step gives {is_.Name} {is_.Type} instead of {should.Name} {should.Type}");
        }

        return new SplitQuery(context.Blocks, context.Derived, final, context.InputsOf(query))
        {
            PartialsAreResult = isPlainRows && context.Blocks is [{ Kind: ScanBlockKind.Rows } only] && only.Columns.Select(c => c.Type).SequenceEqual(result.Select(c => c.Type)),
        };
    }

    /// <summary>Makes a query read blocks instead of the large table, in place.</summary>
    private async Task RewriteAsync(JsonObject query, CancellationToken cancellationToken)
    {
        if (!context.ReadsLarge(query))
        {
            return;
        }

        switch (query.Type())
        {
            case "SET_OPERATION_NODE":
                await DescendAsync(query, "a set operation", cancellationToken);
                break;
            case "SELECT_NODE":
                var reason = await TryBlockAsync(query, cancellationToken);
                if (reason is not null)
                {
                    await DescendAsync(query, reason, cancellationToken);
                }

                break;
            default:
                throw new CannotSplitException("a recursive query reads the large table");
        }
    }

    /// <summary>Makes a SELECT a block; gives the reason if it cannot be one.</summary>
    private async Task<string?> TryBlockAsync(JsonObject select, CancellationToken cancellationToken)
    {
        if (++_attempts > MaxAttempts)
        {
            throw new CannotSplitException("it has too many parts");
        }

        var mark = context.Mark();
        try
        {
            var copy = select.Copy();
            var spread = SourceSpread.Of(context, copy.Object("from_table")!);
            if (!spread.IsLarge)
            {
                return spread.Problem ?? "it only reads results of subqueries";
            }

            var isAggregate = RowWise.Aggregates(copy);
            if (!isAggregate && RowWise.Windows(copy))
            {
                return "a window function looks at all rows";
            }

            if (copy["sample"] is not null)
            {
                return "a sample of the rows is taken";
            }

            var result = await context.TryDescribeAsync(copy, cancellationToken);
            if (result is null)
            {
                return "a subquery depends on the query around it";
            }

            foreach (var inner in spread.Inner)
            {
                await DeriveAsync(inner, cancellationToken);
            }

            foreach (var (subquery, isFinal) in Subqueries(copy, isAggregate))
            {
                await (isFinal ? RewriteAloneAsync(subquery, cancellationToken) : DeriveAsync(subquery, cancellationToken));
            }

            await (isAggregate
                ? AggregateBlockBuilder.BuildAsync(context, copy, result, cancellationToken)
                : new RowsBlockBuilder(context, copy, result).BuildAsync(cancellationToken));
            select.Become(copy);
            return null;
        }
        catch (CannotSplitException e)
        {
            context.Restore(mark);
            return e.Message;
        }
    }

    /// <summary>
    /// The subqueries of a block that must be looked at. Those of an aggregating block's select list, HAVING, QUALIFY and ORDER BY
    /// run in the final step; all others run in each task, and so must be made beforehand if they read the large table.
    /// </summary>
    private IEnumerable<(JsonObject Query, bool IsFinal)> Subqueries(JsonObject select, bool isAggregate)
    {
        foreach (var (name, value) in select.Where(p => p.Key != "from_table").ToList())
        {
            var isFinal = (isAggregate && name is not ("where_clause" or "group_expressions")) || name == "modifiers";
            foreach (var node in Tree.ObjectsIn(value).SelectMany(RowWise.WithoutSubqueries).Where(n => n.IsExpression("SUBQUERY")).ToList())
            {
                var query = node["subquery"]!["node"]!.AsObject();
                var runsInFinal = isFinal && !IsWithinAggregate(node);
                if (runsInFinal ? isAggregate || context.ReadsLarge(query) : context.ReadsLarge(query))
                {
                    yield return (query, runsInFinal);
                }
            }
        }
    }

    private static bool IsWithinAggregate(JsonObject node)
    {
        for (var parent = node.Parent; parent is not null; parent = parent.Parent)
        {
            if (parent is JsonObject expression && AggregateCall.Is(expression))
            {
                return true;
            }

            if (parent is JsonObject query && query.IsQuery())
            {
                return false;
            }
        }

        return false;
    }

    private async Task DeriveAsync(JsonObject query, CancellationToken cancellationToken)
    {
        var columns = await RewriteAloneAsync(query, cancellationToken);
        await context.DeriveAsync(query, columns, cancellationToken);
    }

    private async Task<IReadOnlyList<ColumnSchema>> RewriteAloneAsync(JsonObject query, CancellationToken cancellationToken)
    {
        var columns = await context.TryDescribeAsync(query, cancellationToken) ?? throw new CannotSplitException("a subquery depends on the rows of the query around it");
        await RewriteAsync(query, cancellationToken);
        return columns;
    }

    /// <summary>Splits what is beneath a query that is no block itself.</summary>
    private async Task DescendAsync(JsonObject query, string reason, CancellationToken cancellationToken)
    {
        foreach (var node in query.Below().ToList())
        {
            await DescendIntoAsync(node, query, reason, cancellationToken);
        }
    }

    private async Task DescendIntoAsync(JsonObject node, JsonObject query, string reason, CancellationToken cancellationToken)
    {
        if (node.IsQuery())
        {
            await RewriteAsync(node, cancellationToken);
        }
        else if (context.IsLarge(node))
        {
            await new GatherBuilder(context, columnsOfLarge).BuildAsync(node, query, reason, cancellationToken);
        }
        else
        {
            foreach (var child in node.Below().ToList())
            {
                await DescendIntoAsync(child, query, reason, cancellationToken);
            }
        }
    }
}
