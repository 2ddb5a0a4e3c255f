namespace Pipeline.Sql;

/// <summary>
/// DuckDB's memory limit does not count the vectors of an expression, so that <c>range(10000000000)</c> in a select list would take
/// the whole machine down. Macros of the same names stand before the functions that make large values from small numbers, and
/// refuse numbers with which a vector of rows would not fit into memory.
/// </summary>
internal static class SizeGuards
{
    private const int MaxElements = 100_000;

    private const int MaxCharacters = 1_000_000;

    /// <summary>The functions that the guards stand before. In a lambda each would make a large value for every element of another.</summary>
    public static IReadOnlyList<string> Names { get; } = ["range", "generate_series", "list_resize", "array_resize", "repeat", "lpad", "rpad"];

    /// <summary>The statements that set the guards up.</summary>
    public static string Statements { get; } = string.Join(' ',
        Sequence("range"),
        Sequence("generate_series"),
        Resize("list_resize"),
        Resize("array_resize"),
        $"CREATE OR REPLACE MACRO repeat(x, n) AS {Guard("repeat", "CAST(n AS DOUBLE) * greatest(1, coalesce(strlen(CAST(x AS VARCHAR)), 0))", MaxCharacters, "characters", "repeat(x, n)")};",
        $"CREATE OR REPLACE MACRO lpad(x, n, p) AS {Guard("lpad", "n", MaxCharacters, "characters", "lpad(x, n, p)")};",
        $"CREATE OR REPLACE MACRO rpad(x, n, p) AS {Guard("rpad", "n", MaxCharacters, "characters", "rpad(x, n, p)")};");

    /// <summary>A function as it is, behind the guards.</summary>
    public static string Unguarded(string call) => $"system.main.{call}";

    private static string Sequence(string name) =>
        $"CREATE OR REPLACE MACRO {name}(n) AS {Guard(name, "n", MaxElements, "elements", $"{name}(n)")}, "
        + $"(a, b) AS {Guard(name, "b - a", MaxElements, "elements", $"{name}(a, b)")}, "
        + $"(a, b, c) AS {Guard(name, $"({Number("b")} - {Number("a")}) / nullif({Number("c")}, 0)", MaxElements, "elements", $"{name}(a, b, c)")};";

    private static string Resize(string name) =>
        $"CREATE OR REPLACE MACRO {name}(l, n) AS {Guard(name, "n", MaxElements, "elements", $"{name}(l, n)")}, "
        + $"(l, n, v) AS {Guard(name, "n", MaxElements, "elements", $"{name}(l, n, v)")};";

    private static string Guard(string name, string size, int limit, string unit, string call) =>
        $"CASE WHEN {size} > {limit} THEN error('{name} may make at most {limit} {unit} a row here; FROM range(...) makes as many rows as you like') ELSE {Unguarded(call)} END";

    /// <summary>A number, a time in seconds, or an interval in seconds, whichever it is.</summary>
    private static string Number(string x) =>
        $"coalesce(TRY_CAST(CAST({x} AS VARCHAR) AS DOUBLE), epoch(TRY_CAST(CAST({x} AS VARCHAR) AS TIMESTAMP)), epoch(TRY_CAST(CAST({x} AS VARCHAR) AS INTERVAL)))";
}
