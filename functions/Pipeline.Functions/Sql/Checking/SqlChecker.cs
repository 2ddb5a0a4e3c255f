using System.Text.Json.Nodes;

namespace Pipeline.Sql;

/// <summary>
/// Holds a query's tree to what a job may do. Only what is known to be harmless passes: a kind of table reference or
/// expression that is not listed here is refused.
/// </summary>
internal sealed class SqlChecker(string sql, IReadOnlyList<TableSchema> tables)
{
    private static readonly HashSet<string> QueryTypes = ["SELECT_NODE", "SET_OPERATION_NODE", "RECURSIVE_CTE_NODE"];

    private static readonly HashSet<string> ExpressionClasses =
    [
        "COLUMN_REF", "CONSTANT", "FUNCTION", "CAST", "CASE", "COMPARISON", "CONJUNCTION", "OPERATOR", "BETWEEN", "SUBQUERY", "WINDOW",
        "STAR", "LAMBDA", "LAMBDA_REF", "COLLATE", "POSITIONAL_REFERENCE", "DEFAULT", "TYPE",
    ];

    private static readonly HashSet<string> Harmless = ["ORDER_DEFAULT", "ASCENDING", "DESCENDING"];

    private int _lambdas;
    private int _guards;
    private double _copies = 1;

    // DuckDB writes a macro's argument out at every place where its definition has it, and so on within: nullif in nullif in nullif ...
    private const double MostCopies = 1000;

    /// <summary>Checks a whole query.</summary>
    /// <exception cref="SqlException">It does what it may not do, or names what there is not.</exception>
    public void Check(JsonObject query)
    {
        foreach (var table in tables)
        {
            CheckName(table.Name, "A table", null);
            foreach (var column in table.Columns)
            {
                CheckName(column.Name, $"A column of table {table.Name}", null);
            }
        }

        CheckQuery(query, Scope.None);
    }

    private void CheckQuery(JsonObject query, Scope scope)
    {
        if (!QueryTypes.Contains(query.Type()))
        {
            throw Forbidden($"{query.Type()} is not allowed here", query);
        }

        // A CTE sees those before it; a recursive one sees itself.
        foreach (var entry in query.Object("cte_map")?.Objects("map") ?? [])
        {
            var name = entry.Text("key");
            CheckName(name, "A CTE", null);
            var body = entry["value"]!["query"]!["node"]!.AsObject();
            CheckQuery(body, body.Type() == "RECURSIVE_CTE_NODE" ? scope.With(name) : scope);
            scope = scope.With(name);
        }

        foreach (var (property, value) in query)
        {
            if (property != "cte_map")
            {
                CheckNode(value, scope);
            }
        }
    }

    private void CheckNode(JsonNode? node, Scope scope)
    {
        if (node is JsonArray list)
        {
            foreach (var item in list)
            {
                CheckNode(item, scope);
            }
        }
        else if (node is JsonObject item)
        {
            CheckObject(item, scope);
        }
    }

    private void CheckObject(JsonObject item, Scope scope)
    {
        if (item.IsExpression())
        {
            CheckExpression(item, scope);
            return;
        }

        if (item.IsQuery())
        {
            CheckQuery(item, scope);
            return;
        }

        // All else that has a type is a table reference, but for how to order and limit, and the details of data types.
        if (item.Type() is { Length: > 0 } type && !Harmless.Contains(type) && !type.EndsWith("_MODIFIER", StringComparison.Ordinal) && !type.EndsWith("_TYPE_INFO", StringComparison.Ordinal))
        {
            CheckTable(item, scope);
            return;
        }

        foreach (var (_, value) in item)
        {
            CheckNode(value, scope);
        }
    }

    private void CheckExpression(JsonObject item, Scope scope)
    {
        var kind = item.Text("class");
        var isGuarded = kind is "FUNCTION" && SizeGuards.Names.Contains(item.Text("function_name"), StringComparer.OrdinalIgnoreCase);
        var outer = _copies;
        var copies = kind is "FUNCTION" ? outer * FunctionCatalogue.Instance.Copies(item.Text("function_name")) : outer;
        if (kind == "PARAMETER")
        {
            throw Forbidden("Parameters have no values here; write the value itself", item);
        }

        if (!ExpressionClasses.Contains(kind))
        {
            throw Forbidden($"An expression of kind {kind} is not allowed", item);
        }

        if (kind is "FUNCTION" or "WINDOW")
        {
            var name = item.Text("function_name");
            CheckSchema(item, "schema", "catalog", name);
            if (ForbiddenFunctions.WhyNotInExpression(name) is { } reason)
            {
                throw Forbidden($"The function {name} is not allowed: {reason}", item);
            }

            if (_lambdas > 0 && isGuarded)
            {
                throw Forbidden($"The function {name} is not allowed in a lambda: it would make a large value for every element. Use FROM range(...) or a join", item);
            }

            if (_guards >= SizeGuards.MaxDepth && isGuarded)
            {
                throw Forbidden($"The function {name} stands within {_guards} others of its kind ({string.Join(", ", SizeGuards.Names)}), and at most {SizeGuards.MaxDepth} may stand within each other. Take a subquery for the inner ones", item);
            }

            if (copies > MostCopies)
            {
                throw Forbidden($"The function {name} stands too deep within others like it, each of which DuckDB writes out several times. Take a subquery for the inner ones", item);
            }

            if (CostlyPatterns.WhyNot(item) is { } costly)
            {
                throw Forbidden(costly, item);
            }
        }

        if (kind == "COLUMN_REF")
        {
            foreach (var part in item.Texts("column_names"))
            {
                CheckName(part, "A column", item);
            }
        }

        CheckName(item.Text("alias"), "An alias", item);
        _lambdas += kind == "LAMBDA" ? 1 : 0;
        _guards += isGuarded ? 1 : 0;
        _copies = copies;
        foreach (var (_, value) in item)
        {
            CheckNode(value, scope);
        }
        _lambdas -= kind == "LAMBDA" ? 1 : 0;
        _guards -= isGuarded ? 1 : 0;
        _copies = outer;
    }

    private void CheckTable(JsonObject item, Scope scope)
    {
        CheckName(item.Text("alias"), "An alias", item);
        foreach (var alias in item.Texts("column_name_alias"))
        {
            CheckName(alias, "An alias", item);
        }

        switch (item.Type())
        {
            case "BASE_TABLE":
                CheckBaseTable(item, scope);
                return;
            case "TABLE_FUNCTION":
                var function = item.Object("function")!;
                var name = function.Text("function_name");
                CheckSchema(function, "schema", "catalog", name);
                if (ForbiddenFunctions.WhyNotInFrom(name) is { } reason)
                {
                    throw Forbidden($"The table function {name} is not allowed: {reason}", function.Location() is null ? item : function);
                }

                foreach (var (_, value) in function)
                {
                    CheckNode(value, scope);
                }

                return;
            case "EMPTY" or "JOIN" or "SUBQUERY" or "EXPRESSION_LIST" or "PIVOT":
                foreach (var (_, value) in item)
                {
                    CheckNode(value, scope);
                }

                return;
            case "SHOW_REF":
                throw Forbidden("DESCRIBE, SHOW and SUMMARIZE are not allowed; ask for the plan of the query instead", item);
            default:
                throw Forbidden($"A table of kind {item.Type()} is not allowed", item);
        }
    }

    private void CheckBaseTable(JsonObject item, Scope scope)
    {
        var name = item.Text("table_name");
        CheckSchema(item, "schema_name", "catalog_name", name);
        if (item["at_clause"] is not null)
        {
            throw Forbidden("AT (VERSION or TIMESTAMP) is not allowed: datasets have no versions", item);
        }

        if (scope.Has(name) || tables.Any(t => string.Equals(t.Name, name, StringComparison.OrdinalIgnoreCase)))
        {
            return;
        }

        var known = tables.Select(t => t.Name).Concat(scope.Names).Distinct(StringComparer.OrdinalIgnoreCase).ToList();
        var advice = NearestName.Find(name, known) is { } nearest ? $" Did you mean {nearest}?"
            : known.Count == 0 ? " The job names no tables."
            : $" Known: {string.Join(", ", known.Order(StringComparer.Ordinal).Take(20))}.";
        var looksLikeFile = name.AsSpan().IndexOfAny('/', '\\', '.') >= 0 || name.Contains('*', StringComparison.Ordinal);
        throw new SqlException(
            looksLikeFile ? SqlErrorKind.Forbidden : SqlErrorKind.Binding,
            looksLikeFile ? $"'{name}' is not a table, and a job reads only its own tables, not files. Name the data under \"tables\"." : $"There is no table {name}.{advice}",
            Position(item));
    }

    private void CheckSchema(JsonObject item, string schema, string catalog, string name)
    {
        if (item.Text(catalog).Length > 0 || item.Text(schema) is not ("" or "main"))
        {
            var prefix = string.Join('.', new[] { item.Text(catalog), item.Text(schema) }.Where(p => p.Length > 0));
            throw Forbidden($"{prefix}.{name}: a query reaches no other schema or database. Write {name} alone", item);
        }
    }

    private void CheckName(string name, string what, JsonObject? item)
    {
        if (name.StartsWith(SplitNames.Prefix, StringComparison.OrdinalIgnoreCase))
        {
            throw Forbidden($"{what} may not begin with {SplitNames.Prefix}, as '{name}' does", item);
        }
    }

    private SqlException Forbidden(string message, JsonObject? item) => new(SqlErrorKind.Forbidden, message + ".", item is null ? null : Position(item));

    private SqlPosition? Position(JsonObject item) => item.Location() is { } offset ? SqlPosition.FromByteOffset(sql, offset) : null;

    /// <summary>The names of the CTEs in sight.</summary>
    private sealed record Scope(string Name, Scope? Outer)
    {
        public static readonly Scope None = new("", null);

        public IEnumerable<string> Names
        {
            get
            {
                for (var scope = this; scope.Outer is not null; scope = scope.Outer)
                {
                    yield return scope.Name;
                }
            }
        }

        public Scope With(string name) => new(name, this);

        public bool Has(string name) => Names.Contains(name, StringComparer.OrdinalIgnoreCase);
    }
}
