using System.Globalization;
using System.Text.Json.Nodes;

namespace Pipeline.Sql;

/// <summary>
/// Makes calls fit for many tasks: the time of the query becomes one constant for the whole job, DuckDB's own macros over
/// aggregates become the aggregates, and functions that differ from call to call end the splitting.
/// </summary>
internal sealed class FunctionRewriter(QueryBinder binder, IReadOnlyList<TableSchema> tables, TimeProvider time)
{
    private static readonly HashSet<string> TimeNames = new(StringComparer.OrdinalIgnoreCase)
    {
        "now", "transaction_timestamp", "get_current_timestamp", "current_timestamp", "current_date", "today", "get_current_time", "current_time",
        "localtime", "localtimestamp", "current_localtime", "current_localtimestamp",
    };

    private static readonly HashSet<string> MoreVolatile = new(StringComparer.OrdinalIgnoreCase) { "reservoir_quantile" };

    private readonly string _now = time.GetUtcNow().ToString("yyyy-MM-dd HH:mm:ss.ffffff", CultureInfo.InvariantCulture);

    /// <summary>True for a function that gives the time of the query, with or without parentheses.</summary>
    public static bool IsTimeFunction(string name) => TimeNames.Contains(name);

    /// <summary>True for a call that may give another value each time.</summary>
    public static bool IsVolatile(JsonObject node) => node.IsExpression("FUNCTION") && IsVolatile(node.Text("function_name"));

    /// <summary>Changes a query in place; gives the reason if it cannot run in parts.</summary>
    public async Task<string?> RewriteAsync(JsonObject query, CancellationToken cancellationToken)
    {
        if (await ExpandMacrosAsync(query, cancellationToken) is { } unknown)
        {
            return unknown;
        }

        string? reason = null;
        foreach (var node in query.Everything().ToList())
        {
            var name = node.IsExpression("FUNCTION") ? node.Text("function_name")
                : node.IsExpression("COLUMN_REF") && node.Texts("column_names") is [var only] && IsTime(only) ? only
                : "";
            if (IsVolatile(name))
            {
                reason ??= $"{name}() gives another value at each call";
            }

            if (name.Equals("age", StringComparison.OrdinalIgnoreCase) && node.Objects("children").Count() == 1)
            {
                reason ??= "age() of one argument counts from the current date";
            }

            if (name.Equals("alias", StringComparison.OrdinalIgnoreCase))
            {
                reason ??= "alias() tells how an expression is written, which splitting changes";
            }

            if (node["sample"] is not null)
            {
                reason ??= "it takes a sample of rows";
            }

            if (TimeNames.Contains(name))
            {
                var alias = node.Text("alias");
                node.Become((await TimeAsync(name, cancellationToken)).WithAlias(alias));
            }
        }

        return reason;
    }

    // error() is called volatile only so that nobody calls it ahead of time.
    private static bool IsVolatile(string name) =>
        (FunctionCatalogue.Instance.Volatile.Contains(name) && !name.Equals("error", StringComparison.OrdinalIgnoreCase)) || MoreVolatile.Contains(name);

    /// <summary>A column hides a function that is written without parentheses.</summary>
    private bool IsTime(string name) => TimeNames.Contains(name) && !tables.Any(t => t.Columns.Any(c => string.Equals(c.Name, name, StringComparison.OrdinalIgnoreCase)));

    private async Task<JsonObject> TimeAsync(string name, CancellationToken cancellationToken)
    {
        var expression = name.ToLowerInvariant() switch
        {
            "current_date" or "today" => $"DATE '{_now[..10]}'",
            "get_current_time" or "current_time" => $"CAST('{_now[11..]}+00' AS TIMETZ)",
            "localtime" or "current_localtime" => $"TIME '{_now[11..]}'",
            "localtimestamp" or "current_localtimestamp" => $"TIMESTAMP '{_now}'",
            _ => $"TIMESTAMPTZ '{_now}+00'",
        };
        return (await binder.Parser.ParseAsync($"SELECT {expression}", cancellationToken)).Objects("select_list").First().Copy();
    }

    private async Task<string?> ExpandMacrosAsync(JsonObject query, CancellationToken cancellationToken)
    {
        for (var rounds = 0; rounds < 5; rounds++)
        {
            var calls = query.Everything().Where(n => n.IsExpression("FUNCTION") && FunctionCatalogue.Instance.IsMacroOfDuckDb(n.Text("function_name"))).ToList();
            var changed = false;
            foreach (var call in calls)
            {
                var (parameters, definition) = FunctionCatalogue.Instance.Macros[call.Text("function_name")];
                var body = (await binder.Parser.ParseAsync($"SELECT {definition}", cancellationToken)).Objects("select_list").First();
                if (!body.Everything().Any(Matters))
                {
                    continue;
                }

                var arguments = call.Objects("children").ToList();
                if (arguments.Count != parameters.Count)
                {
                    return $"the macro {call.Text("function_name")} is called in an unknown way";
                }

                var alias = call.Text("alias");
                call.Become(body.Replace(n => n.IsExpression("COLUMN_REF") && n.Texts("column_names") is [var name] && parameters.ToList().IndexOf(name) is var i and >= 0
                    ? arguments[i].Copy() : null).WithAlias(alias));
                changed = true;
            }

            if (!changed)
            {
                break;
            }
        }

        return null;
    }

    /// <summary>What may not hide in a macro: aggregates, what makes many rows of one, the time, and other macros.</summary>
    private static bool Matters(JsonObject node) =>
        AggregateCall.Is(node)
        || IsVolatile(node)
        || (node.IsExpression("FUNCTION") && (node.Text("function_name") == "unnest" || FunctionCatalogue.Instance.IsMacroOfDuckDb(node.Text("function_name"))))
        || (node.IsExpression() && TimeNames.Contains(node.Text("function_name")))
        || (node.IsExpression("COLUMN_REF") && node.Texts("column_names") is [var name] && TimeNames.Contains(name));
}
