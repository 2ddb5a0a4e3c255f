using System.Text.Json.Nodes;

namespace Pipeline.Sql;

/// <summary>
/// What names mean in one SELECT, by DuckDB's rules: a name is a column of FROM first, and an alias of the select list second.
/// </summary>
internal sealed class NameResolver
{
    private static readonly string[] LambdaFunctions = ["transform", "filter", "apply", "reduce"];

    private readonly Dictionary<string, string> _columns = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<(string Alias, Dictionary<string, string> Columns)> _relations = [];
    private readonly Dictionary<string, JsonObject> _aliases = new(StringComparer.OrdinalIgnoreCase);

    private NameResolver()
    {
    }

    /// <summary>Reads what FROM offers (DuckDB knows what its subqueries do) and the aliases of the select list.</summary>
    public static async Task<NameResolver> OfAsync(SplitContext context, JsonObject select, CancellationToken cancellationToken)
    {
        var resolver = new NameResolver();
        var from = select.Object("from_table")!;
        JsonObject? probe = null;
        foreach (var relation in Relations(from))
        {
            var alias = Alias(relation);
            var columns = relation.Type() == "BASE_TABLE" && relation.Texts("column_name_alias").Count == 0 ? context.ColumnsOf(relation.Text("table_name")) : null;
            if (columns is null)
            {
                probe ??= await context.ParseAsync("SELECT * FROM t", cancellationToken);
                probe["from_table"] = from.DeepClone();
                probe["select_list"]![0]!["relation_name"] = alias;
                columns = await context.TryDescribeAsync(probe, cancellationToken) ?? throw new CannotSplitException("a subquery depends on the query around it");
            }

            var names = columns.DistinctBy(c => c.Name, StringComparer.OrdinalIgnoreCase).ToDictionary(c => c.Name, c => c.Name, StringComparer.OrdinalIgnoreCase);
            foreach (var name in names.Keys)
            {
                resolver._columns[name] = name;
            }

            if (alias.Length > 0)
            {
                resolver._relations.Add((alias, names));
            }
        }

        foreach (var item in select.Objects("select_list").Where(i => i.Text("alias").Length > 0))
        {
            resolver._aliases.TryAdd(item.Text("alias"), item);
        }

        return resolver;
    }

    /// <summary>The select item of that alias, if there is one.</summary>
    public JsonObject? Item(string alias) => _aliases.GetValueOrDefault(alias);

    /// <summary>
    /// An expression in which every column is written in one way, and aliases are replaced by what they stand for. Subqueries are
    /// left as they are.
    /// </summary>
    public JsonObject Resolve(JsonObject expression) => Resolve(expression, [], depth: 0);

    private JsonObject Resolve(JsonObject expression, HashSet<string> bound, int depth)
    {
        if (depth > 100)
        {
            throw new CannotSplitException("its aliases stand for each other");
        }

        return expression.Replace(node =>
        {
            if (node.IsExpression("COLUMN_REF"))
            {
                return ResolveColumn(node, bound, depth);
            }

            if (node.IsExpression("SUBQUERY"))
            {
                var copy = node.Copy();
                if (node.Object("child") is { } child)
                {
                    copy["child"] = Resolve(child, bound, depth);
                }

                return copy;
            }

            return node.IsExpression("LAMBDA") && IsReallyLambda(node) ? ResolveLambda(node, bound, depth) : null;
        });
    }

    private JsonObject ResolveLambda(JsonObject lambda, HashSet<string> bound, int depth)
    {
        var copy = lambda.Copy();
        var inner = bound.Union(lambda.Object("lhs")!.Everything().SelectMany(n => n.Texts("column_names")), StringComparer.OrdinalIgnoreCase)
            .ToHashSet(StringComparer.OrdinalIgnoreCase);
        copy["expr"] = Resolve(lambda.Object("expr")!, inner, depth);
        return copy;
    }

    private JsonObject ResolveColumn(JsonObject column, HashSet<string> bound, int depth)
    {
        var names = column.Texts("column_names");
        if (bound.Contains(names[0]))
        {
            return column.Copy();
        }

        if (names.Count > 1 && _relations.Find(r => Same(r.Alias, names[0])) is { Alias: { } relation, Columns: { } columns } && columns.TryGetValue(names[1], out var exact))
        {
            return TreeBuilder.Column([relation, exact, .. names.Skip(2)]).WithAlias(column.Text("alias"));
        }

        if (_columns.TryGetValue(names[0], out var own))
        {
            var owners = _relations.Where(r => r.Columns.ContainsKey(own)).ToList();
            string[] prefix = owners is [var owner] ? [owner.Alias] : [];
            return TreeBuilder.Column([.. prefix, own, .. names.Skip(1)]).WithAlias(column.Text("alias"));
        }

        if (names.Count == 1 && _aliases.TryGetValue(names[0], out var item))
        {
            return Resolve(item, bound, depth + 1).WithAlias(column.Text("alias"));
        }

        return column.Copy();
    }

    /// <summary>The parser writes the JSON arrow, <c>j -> 'a'</c>, as a lambda too; a real one is an argument of a list function.</summary>
    private static bool IsReallyLambda(JsonObject lambda) =>
        lambda.Parent?.Parent is JsonObject function && LambdaFunctions.Any(f => function.Text("function_name").Contains(f, StringComparison.OrdinalIgnoreCase));

    /// <summary>The tables of FROM whose columns are in sight: not those that a semi or anti join only looks into.</summary>
    private static IEnumerable<JsonObject> Relations(JsonObject from) => from.Type() switch
    {
        "JOIN" when from.Text("join_type") is "SEMI" or "ANTI" => Relations(from.Object("left")!),
        "JOIN" => Relations(from.Object("left")!).Concat(Relations(from.Object("right")!)),
        "EMPTY" => [],
        _ => [from],
    };

    private static string Alias(JsonObject relation) => relation.Text("alias") is { Length: > 0 } alias ? alias : relation.Type() switch
    {
        "BASE_TABLE" => relation.Text("table_name"),
        "TABLE_FUNCTION" => relation.Object("function")!.Text("function_name"),
        _ => "",
    };

    private static bool Same(string a, string b) => string.Equals(a, b, StringComparison.OrdinalIgnoreCase);
}
