using System.Text.Json.Nodes;

namespace Pipeline.Sql;

/// <summary>What the parts of the splitter share while one query is split.</summary>
internal sealed class SplitContext(QueryBinder binder, IReadOnlyList<TableSchema> tables, TableSchema large, IReadOnlyList<Cte> initialCtes)
{
    private readonly List<Cte> _ctes = [.. initialCtes];
    private readonly Dictionary<string, JsonObject> _derivedTrees = [];
    private readonly List<ScanBlock> _blocks = [];
    private readonly List<DerivedTable> _derived = [];

    public QueryBinder Binder => binder;

    public TableSchema Large => large;

    public IReadOnlyList<ScanBlock> Blocks => _blocks;

    public IReadOnlyList<DerivedTable> Derived => _derived;

    public IReadOnlyList<Cte> Ctes => _ctes;

    public bool ReadsLarge(JsonObject node) => node.Everything().Any(IsLarge);

    public bool IsLarge(JsonObject node) => node.Type() == "BASE_TABLE" && string.Equals(node.Text("table_name"), large.Name, StringComparison.OrdinalIgnoreCase);

    /// <summary>Parses SQL of our own.</summary>
    public async Task<JsonObject> ParseAsync(string sql, CancellationToken cancellationToken)
    {
        try
        {
            return await binder.Parser.TemplateAsync(sql, cancellationToken);
        }
        catch (SqlException e)
        {
            throw new CannotSplitException($"a part of it cannot be written: {e.Message}");
        }
    }

    /// <summary>Parses expressions of our own.</summary>
    public async Task<IReadOnlyList<JsonObject>> ParseExpressionsAsync(IReadOnlyCollection<string> expressions, CancellationToken cancellationToken)
    {
        if (expressions.Count == 0)
        {
            return [];
        }

        var select = await ParseAsync($"SELECT {string.Join(", ", expressions)}", cancellationToken);
        return [.. select.Objects("select_list").Select(e => e.Copy())];
    }

    /// <summary>The texts of expressions.</summary>
    public Task<IReadOnlyList<string>> PrintExpressionsAsync(IReadOnlyCollection<JsonObject> expressions, CancellationToken cancellationToken) =>
        binder.Parser.PrintExpressionsAsync(expressions, cancellationToken);

    /// <summary>What a partial step reads of the large table.</summary>
    public async Task<TableRead> ReadOfLargeAsync(JsonObject partial, string sql, IReadOnlyList<ColumnSchema> result, CancellationToken cancellationToken) => new(
        large.Name,
        await ColumnUse.NeededAsync(binder, partial, sql, result, large, cancellationToken),
        await FilterExtractor.ExtractAsync(this, partial, large, cancellationToken));

    /// <summary>The text of a query, with the CTEs that it needs in front.</summary>
    /// <exception cref="CannotSplitException">DuckDB would read the text otherwise than it was meant.</exception>
    public async Task<string> PrintAsync(JsonObject query, CancellationToken cancellationToken)
    {
        var complete = query.Copy();
        Attach(complete);
        var sql = await binder.Parser.PrintAsync(complete, cancellationToken);
        JsonObject again;
        try
        {
            again = await binder.Parser.ParseAsync(sql, cancellationToken);
        }
        catch (SqlException)
        {
            throw new CannotSplitException("DuckDB cannot read back what it prints of this query");
        }

        return TreeComparer.Difference(complete, again) is { } difference
            ? throw new CannotSplitException($"DuckDB prints this query otherwise than it reads it: {difference}")
            : sql;
    }

    /// <summary>Names and types of a query's result; null if it does not bind by itself, for instance because it is correlated.</summary>
    public async Task<IReadOnlyList<ColumnSchema>?> TryDescribeAsync(JsonObject query, CancellationToken cancellationToken)
    {
        var complete = query.Copy();
        Attach(complete);
        return await binder.TryDescribeAsync(await binder.Parser.PrintAsync(complete, cancellationToken), cancellationToken);
    }

    /// <summary>The columns of a table, block or derived table; null for a CTE.</summary>
    public IReadOnlyList<ColumnSchema>? ColumnsOf(string table) =>
        tables.FirstOrDefault(t => string.Equals(t.Name, table, StringComparison.OrdinalIgnoreCase))?.Columns
        ?? _blocks.Find(b => b.Name == table)?.Columns
        ?? _derived.Find(d => d.Name == table)?.Columns;

    /// <summary>The tables, blocks and derived tables that a query reads, but for the large table.</summary>
    public IReadOnlyList<string> InputsOf(JsonObject query)
    {
        var complete = query.Copy();
        Attach(complete);
        var read = complete.Everything().Where(n => n.Type() == "BASE_TABLE").Select(n => n.Text("table_name")).ToHashSet(StringComparer.OrdinalIgnoreCase);
        return [.. tables.Where(t => t != large).Select(t => t.Name).Concat(_blocks.Select(b => b.Name)).Concat(_derived.Select(d => d.Name)).Where(read.Contains)];
    }

    public string NextBlockName => SplitNames.Block(_blocks.Count);

    public void Add(ScanBlock block)
    {
        EnsureCarried(block.Columns);
        _blocks.Add(block);
        binder.AddTable(block.Name, [.. block.Columns, new ColumnSchema(SplitNames.Order, "UBIGINT")]);
    }

    /// <summary>Makes a query a table of its own, computed before the steps that read it; the query becomes a read of that table.</summary>
    public async Task DeriveAsync(JsonObject query, IReadOnlyList<ColumnSchema> result, CancellationToken cancellationToken)
    {
        var columns = result.Select((c, i) => new ColumnSchema(SplitNames.Column(i), c.Type)).ToList();
        EnsureCarried(columns);
        var derived = new DerivedTable(SplitNames.Derived(_derived.Count), await PrintAsync(query, cancellationToken), columns, InputsOf(query));
        _derived.Add(derived);
        _derivedTrees[derived.Name] = query.Copy();
        binder.AddTable(derived.Name, columns);
        query.Become(await ParseAsync($"SELECT {SplitNames.Select(result)} FROM {derived.Name}", cancellationToken));
    }

    /// <summary>A derived table that no task reads needs no step of its own: it becomes a CTE of the final step.</summary>
    public void KeepWithFinalWhatOnlyItReads()
    {
        var needed = new HashSet<string>(_blocks.SelectMany(b => b.Inputs));
        for (var i = _derived.Count - 1; i >= 0; i--)
        {
            if (needed.Contains(_derived[i].Name))
            {
                needed.UnionWith(_derived[i].Inputs);
            }
        }

        foreach (var derived in _derived.Where(d => !needed.Contains(d.Name)).ToList())
        {
            var definition = new JsonObject
            {
                ["aliases"] = new JsonArray([.. derived.Columns.Select(c => (JsonNode)c.Name)]),
                ["query"] = new JsonObject { ["node"] = _derivedTrees[derived.Name], ["named_param_map"] = new JsonArray() },
                ["materialized"] = "CTE_MATERIALIZE_DEFAULT",
                ["key_targets"] = new JsonArray(),
            };
            _ctes.Add(new Cte(derived.Name, derived.Name, definition, IsRecursive: false));
            _derived.Remove(derived);
        }
    }

    /// <summary>What <see cref="Restore"/> needs to forget all that comes after.</summary>
    public (int Blocks, int Derived) Mark() => (_blocks.Count, _derived.Count);

    /// <summary>Forgets the blocks and derived tables since a mark.</summary>
    public void Restore((int Blocks, int Derived) mark)
    {
        _blocks.RemoveRange(mark.Blocks, _blocks.Count - mark.Blocks);
        _derived.RemoveRange(mark.Derived, _derived.Count - mark.Derived);
    }

    private static void EnsureCarried(IReadOnlyList<ColumnSchema> columns)
    {
        if (columns.FirstOrDefault(c => ParquetCarrier.Exact(c.Type) is null) is { } unfit)
        {
            throw new CannotSplitException($"an intermediate result has type {unfit.Type}, which Parquet cannot carry");
        }
    }

    private void Attach(JsonObject query)
    {
        var needed = new List<Cte>();
        Visit(query);
        query["cte_map"] = new JsonObject
        {
            ["map"] = new JsonArray([.. needed.Select(c => new JsonObject { ["key"] = c.Name, ["value"] = c.Definition.DeepClone() })]),
        };

        void Visit(JsonObject node)
        {
            var read = node.Everything().Where(n => n.Type() == "BASE_TABLE").Select(n => n.Text("table_name")).ToHashSet(StringComparer.Ordinal);
            foreach (var cte in _ctes.Where(c => read.Contains(c.Name) && c.Body != node && !needed.Contains(c)).ToList())
            {
                Visit(cte.Body);
                needed.Add(cte);
            }
        }
    }
}
