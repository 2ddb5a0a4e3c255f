using System.Collections.Frozen;

namespace Pipeline.Sql;

/// <summary>Which functions a query may not call, and why.</summary>
internal static class ForbiddenFunctions
{
    private const string Settings = "it shows settings of the machine";
    private const string State = "it shows or changes the state of the database that happens to run the task";
    private const string RunsSql = "it runs or plans SQL from a string, which cannot be checked";

    private static readonly FrozenDictionary<string, string> Scalars = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase)
    {
        ["current_setting"] = Settings,
        ["getenv"] = "it shows environment variables",
        ["getvariable"] = State,
        ["current_query"] = State,
        ["current_query_id"] = State,
        ["current_connection_id"] = State,
        ["current_transaction_id"] = State,
        ["txid_current"] = State,
        ["current_schemas"] = State,
        ["in_search_path"] = State,
        ["nextval"] = State,
        ["currval"] = State,
        ["setseed"] = State,
        ["stats"] = State,
        ["get_block_size"] = State,
        ["write_log"] = "it writes to the log",
        ["parse_duckdb_log_message"] = State,
        ["sleep_ms"] = "it only waits",
        ["json_serialize_plan"] = RunsSql,
        ["query"] = RunsSql,
        ["query_table"] = RunsSql,
    }.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    private static readonly FrozenSet<string> Tables = new[] { "range", "generate_series", "unnest", "json_each", "json_tree", "repeat", "repeat_row" }
        .ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    /// <summary>Why an expression may not call a function; null if it may.</summary>
    public static string? WhyNotInExpression(string name) =>
        Scalars.TryGetValue(name, out var reason) ? reason
        : name.StartsWith("__internal_", StringComparison.OrdinalIgnoreCase) ? "it is internal to DuckDB"
        : FunctionCatalogue.Instance.Internals.Contains(name) ? State
        : null;

    /// <summary>Why FROM may not call a table function; null if it may.</summary>
    public static string? WhyNotInFrom(string name) => Tables.Contains(name) ? null
        : Scalars.TryGetValue(name, out var reason) ? reason
        : name.StartsWith("read_", StringComparison.OrdinalIgnoreCase) || name.EndsWith("_scan", StringComparison.OrdinalIgnoreCase) || name.StartsWith("parquet_", StringComparison.OrdinalIgnoreCase)
            || name.StartsWith("sniff_", StringComparison.OrdinalIgnoreCase) || string.Equals(name, "glob", StringComparison.OrdinalIgnoreCase)
            ? "a job reads only its own tables, not files. Name the data under \"tables\""
        : $"only {string.Join(", ", Tables.Order(StringComparer.Ordinal))} may stand in FROM";
}
