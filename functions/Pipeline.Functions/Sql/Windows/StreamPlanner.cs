using System.Text.Json.Nodes;

namespace Pipeline.Sql;

/// <summary>
/// Turns the SQL of a stream into a <see cref="StreamPlan"/>. A stream is an unbounded batch: its window becomes two grouping columns,
/// the splitter of batch queries makes partial, merge and final steps of the rest, and the partial step then groups by panes of
/// time where the final one groups by windows.
/// </summary>
internal sealed class StreamPlanner
{
    private static readonly string[] EngineColumns = ["enqueued_time", "sequence_number"];

    private readonly string _sql;
    private readonly TableSchema _stream;
    private readonly string _hub;
    private readonly string _timeColumn;
    private readonly IReadOnlyList<TableSchema> _references;
    private readonly QueryBinder _binder;
    private readonly StreamChecks _checks;

    private StreamPlanner(string sql, TableSchema stream, string hub, string timeColumn, IReadOnlyList<TableSchema> references, QueryBinder binder)
    {
        (_sql, _stream, _hub, _timeColumn, _references, _binder) = (sql, stream, hub, timeColumn, references, binder);
        _checks = new StreamChecks(sql, stream, timeColumn);
    }

    /// <summary>Checks and plans a query.</summary>
    /// <param name="sql">One SELECT.</param>
    /// <param name="stream">The table of events.</param>
    /// <param name="hub">Another name for it.</param>
    /// <param name="timeColumn">The column that makes the watermark.</param>
    /// <param name="references">The reference tables.</param>
    /// <param name="cancellationToken">Stops planning.</param>
    /// <exception cref="SqlException">The query is wrong, not allowed, or cannot run over a stream.</exception>
    public static async Task<StreamPlan> PlanAsync(
        string sql, TableSchema stream, string hub, string timeColumn, IReadOnlyList<TableSchema> references, CancellationToken cancellationToken)
    {
        using var binder = new QueryBinder([stream, .. references]);
        return await new StreamPlanner(sql, stream, hub, timeColumn, references, binder).PlanAsync(cancellationToken);
    }

    private async Task<StreamPlan> PlanAsync(CancellationToken cancellationToken)
    {
        var query = await _binder.Parser.ParseAsync(_sql, cancellationToken);
        new SqlChecker(_sql, [_stream, _stream with { Name = _hub }, .. _references]).Check(query);
        UseOneName(query);
        _checks.CheckShape(query);
        HideEngineColumns(query);

        var window = await new WindowReader(_binder, _sql, _stream, _timeColumn).FindAsync(query, cancellationToken);
        var looksAcross = false;
        (JsonObject Start, JsonObject End) markers = default;
        if (window is { } found)
        {
            markers = await MarkersAsync(found.Node.Objects("children").First(), cancellationToken);
            looksAcross = PutMarkers(query, found.Node, found.Index, markers);
            _checks.CheckWindowed(query);
        }
        else
        {
            _checks.CheckRowWise(query);
        }

        var result = await BindAsync(query, cancellationToken);
        var normal = query.Copy();
        if (await new FunctionRewriter(_binder, [_stream, .. _references], TimeProvider.System).RewriteAsync(normal, cancellationToken) is { } reason)
        {
            throw StreamChecks.CannotRun(reason);
        }

        QueryPlanner.NameColumns(normal, result);
        try
        {
            var context = new SplitContext(_binder, [_stream, .. _references], _stream, CteInliner.Run(normal));
            var split = await new QuerySplitter(context, [.. _stream.Columns.Select(c => c.Name)]).SplitAsync(normal, result, cancellationToken);
            if (split is not { Blocks: [var block], Derived: [] })
            {
                throw new CannotSplitException("parts of it would have to be computed before others");
            }

            return window is null
                ? RowWisePlan(split, block, result)
                : await WindowedAsync(context, window.Value.Call, query, normal, block, result, looksAcross, cancellationToken);
        }
        catch (CannotSplitException e)
        {
            throw StreamChecks.CannotRun(e.Message);
        }
    }

    private static StreamPlan RowWisePlan(SplitQuery split, ScanBlock block, IReadOnlyList<ColumnSchema> result) => split.PartialsAreResult
        ? new StreamPlan(result, block.PartialSql, block.Inputs, null, block.Description)
        : throw StreamChecks.CannotRun("it looks at more than one event at a time, and has no window");

    private async Task<StreamPlan> WindowedAsync(
        SplitContext context, WindowCall call, JsonObject query, JsonObject final, ScanBlock block, IReadOnlyList<ColumnSchema> result, bool looksAcross, CancellationToken cancellationToken)
    {
        if (block.Kind != ScanBlockKind.Aggregate)
        {
            throw new CannotSplitException("only its outermost SELECT may group");
        }

        var partial = await PanePartial.MakeAsync(context, call, block, cancellationToken);
        var groups = GroupNames(query, await context.PrintExpressionsAsync([.. query.Objects("group_expressions").Select(g => GroupTarget(query, g))], cancellationToken));
        var looksAcrossGroups = looksAcross || final.Objects("modifiers").Any(m => m.Type() is "LIMIT_MODIFIER" or "DISTINCT_MODIFIER");
        var (start, end) = (TreeBuilder.Column(SplitNames.Groups, partial.StartColumn), TreeBuilder.Column(SplitNames.Groups, partial.EndColumn));
        var finalSql = await PerWindowRows.WrapAsync(context, final, start, end, result.Count, cancellationToken);
        var keys = partial.GroupColumns.Where(g => g != partial.StartColumn).ToList();
        return new StreamPlan(
            result,
            partial.Sql,
            [.. context.InputsOf(final).Concat(block.Inputs).Where(i => _references.Any(r => r.Name == i)).Distinct()],
            new WindowedPlan(
                call, [.. groups], partial.StartColumn, keys, partial.FinerColumns, partial.StateColumns, partial.Merges,
                block.MergeSql.Contains(SplitNames.Order, StringComparison.Ordinal) || finalSql.Contains(SplitNames.Order, StringComparison.Ordinal),
                looksAcrossGroups, block.Name, block.Columns, partial.EndColumn, finalSql),
            [.. block.Description.Where(d => !d.StartsWith("groups by ", StringComparison.Ordinal))]);
    }

    /// <summary>The hub's name and the common one mean the same table.</summary>
    private void UseOneName(JsonObject query)
    {
        foreach (var table in query.Everything().Where(n => n.Type() == "BASE_TABLE" && Same(n.Text("table_name"), _hub) && !Same(_hub, _stream.Name)))
        {
            if (table.Text("alias").Length == 0)
            {
                table["alias"] = table.Text("table_name");
            }

            table["table_name"] = _stream.Name;
        }
    }

    /// <summary>The enqueued time and the sequence number are there to be named; a star means the stream's own columns.</summary>
    private static void HideEngineColumns(JsonObject query)
    {
        foreach (var select in query.Everything().Where(n => n.Type() == "SELECT_NODE" && n.Object("from_table")?.Type() == "BASE_TABLE"))
        {
            var table = select.Object("from_table")!;
            foreach (var star in select.Objects("select_list").Where(i => i.IsExpression("STAR") && !i.Flag("columns")))
            {
                if (table.Text("table_name") == "events" && star["exclude_list"] is JsonArray excluded)
                {
                    foreach (var name in EngineColumns.Where(n => !excluded.Any(e => e is JsonValue v && v.TryGetValue<string>(out var text) && Same(text, n))))
                    {
                        excluded.Add(name);
                    }
                }
            }
        }
    }

    private async Task<(JsonObject Start, JsonObject End)> MarkersAsync(JsonObject time, CancellationToken cancellationToken)
    {
        var start = (await _binder.Parser.TemplateAsync(WindowMarkers.Template(WindowMarkers.Start), cancellationToken)).Objects("select_list").First();
        var end = (await _binder.Parser.TemplateAsync(WindowMarkers.Template(WindowMarkers.End), cancellationToken)).Objects("select_list").First();
        return (WindowMarkers.Make(start, time), WindowMarkers.Make(end, time));
    }

    /// <summary>Makes the window two grouping expressions, and gives its names their meaning; true if the query has window functions.</summary>
    private static bool PutMarkers(JsonObject query, JsonObject window, int index, (JsonObject Start, JsonObject End) markers)
    {
        window.Become(Located(markers.Start, window));
        var groups = query["group_expressions"]!.AsArray();
        groups.Add(markers.End.Copy());
        foreach (var set in query["group_sets"]!.AsArray().Select(s => s!.AsArray()).Where(s => s.Any(i => i!.GetValue<int>() == index)))
        {
            set.Add(groups.Count - 1);
        }

        foreach (var property in new[] { "select_list", "having", "qualify", "modifiers" })
        {
            foreach (var node in Tree.ObjectsIn(query[property]).SelectMany(RowWise.WithoutSubqueries).Where(n => n.IsExpression("COLUMN_REF") && StreamChecks.IsWindowName(n)).ToList())
            {
                var name = node.Texts("column_names")[0];
                var isItem = node.Parent == query["select_list"];
                var alias = node.Text("alias") is { Length: > 0 } own ? own : isItem ? name.ToLowerInvariant() : "";
                node.Become(Located(StreamChecks.Marker(name) == WindowMarkers.Start ? markers.Start : markers.End, node).WithAlias(alias));
            }
        }

        return PerWindowRows.Partition(query, markers.Start, markers.End) || query["qualify"] is JsonObject;

        static JsonObject Located(JsonObject marker, JsonObject place)
        {
            var copy = marker.Copy();
            copy["query_location"] = place["query_location"]?.DeepClone();
            return copy;
        }
    }

    /// <summary>Binds the query as it will be split, and says faults in terms of the text that the user wrote.</summary>
    private async Task<IReadOnlyList<ColumnSchema>> BindAsync(JsonObject query, CancellationToken cancellationToken)
    {
        var printed = await _binder.Parser.PrintAsync(query, cancellationToken);
        try
        {
            return await _binder.BindAsync(printed, cancellationToken);
        }
        catch (SqlException e) when (e.Position is { } position)
        {
            var again = await _binder.Parser.ParseAsync(printed, cancellationToken);
            throw new SqlException(e.Kind, e.Reason, PrintedPositions.Find(query, _sql, printed, again, position), e);
        }
    }

    /// <summary>What the query groups by beside the window: plain columns of the stream by their names.</summary>
    private IEnumerable<string> GroupNames(JsonObject query, IReadOnlyList<string> texts)
    {
        var joined = _references.Where(r => query.Object("from_table")!.Everything().Any(n => n.Type() == "BASE_TABLE" && Same(n.Text("table_name"), r.Name))).ToList();
        foreach (var (group, text) in query.Objects("group_expressions").Select(g => GroupTarget(query, g)).Zip(texts).Where(p => !WindowMarkers.In(p.First)))
        {
            var name = group.IsExpression("COLUMN_REF") ? group.Texts("column_names")[^1] : "";
            var column = _stream.Columns.FirstOrDefault(c => Same(c.Name, name));
            var isOwn = column is not null && !Renames(query, name) && !joined.Any(r => r.Columns.Any(c => Same(c.Name, name)));

            // Parentheses keep what only looks like a column of the stream apart from it.
            yield return isOwn ? column!.Name : _stream.Columns.Any(c => Same(c.Name, text)) ? $"({text})" : text;
        }
    }

    /// <summary>A number in GROUP BY stands for a select item; so does an alias that is no column.</summary>
    private JsonObject GroupTarget(JsonObject query, JsonObject group)
    {
        var items = query.Objects("select_list").ToList();
        if (group.WholeNumber() is { } position && position >= 1 && position <= items.Count)
        {
            return items[(int)position - 1];
        }

        return group.IsExpression("COLUMN_REF") && group.Texts("column_names") is [var name] && !_stream.Columns.Any(c => Same(c.Name, name))
            ? items.Find(i => Same(i.Text("alias"), name)) ?? group
            : group;
    }

    /// <summary>True if a subquery in FROM gives that name to something else.</summary>
    private static bool Renames(JsonObject query, string name) => query.Object("from_table")!.Everything().Any(n =>
        Same(n.Text("alias"), name) && !(n.IsExpression("COLUMN_REF") && Same(n.Texts("column_names")[^1], name)));

    private static bool Same(string a, string b) => string.Equals(a, b, StringComparison.OrdinalIgnoreCase);
}
