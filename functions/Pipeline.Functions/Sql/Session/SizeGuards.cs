namespace Pipeline.Sql;

/// <summary>
/// Some functions make large values from small numbers, <c>range(10000000000)</c> say, or compare two texts letter by letter, which for
/// long ones takes days in which nothing can stop DuckDB. Macros of the same names stand before them and refuse what would not fit into
/// memory for a vector of rows, or not end (see <see cref="MemoryCeiling"/> for values that grow in other ways).
/// </summary>
internal static class SizeGuards
{
    private const int MaxElements = 100_000;

    private const int MaxCharacters = 100_000;

    private const int MaxComparisons = 100_000_000;

    /// <summary>How deep guarded functions may stand within each other: a guard names its arguments twice, so that the query grows with each.</summary>
    public const int MaxDepth = 3;

    private static readonly string[] s_comparisons = ["levenshtein", "editdist3", "damerau_levenshtein"];

    /// <summary>The functions that the guards stand before. In a lambda each would do for every element of a list what it does for a row.</summary>
    public static IReadOnlyList<string> Names { get; } = ["range", "generate_series", "list_resize", "array_resize", "repeat", "lpad", "rpad", .. s_comparisons];

    /// <summary>The statements that set the guards up.</summary>
    public static string Statements { get; } = string.Join(' ',
        Sequence("range"),
        Sequence("generate_series"),
        Resize("list_resize"),
        Resize("array_resize"),
        $"CREATE OR REPLACE MACRO repeat(x, n) AS {Guard("repeat", "CAST(n AS DOUBLE) * greatest(1, coalesce(strlen(CAST(x AS VARCHAR)), 0))", MaxCharacters, "characters", "repeat(x, n)")};",
        $"CREATE OR REPLACE MACRO lpad(x, n, p) AS {Guard("lpad", "n", MaxCharacters, "characters", "lpad(x, n, p)")};",
        $"CREATE OR REPLACE MACRO rpad(x, n, p) AS {Guard("rpad", "n", MaxCharacters, "characters", "rpad(x, n, p)")};",
        string.Join(' ', s_comparisons.Select(Comparison)));

    /// <summary>A function as it is, behind the guards.</summary>
    public static string Unguarded(string call) => $"system.main.{call}";

    private static string Sequence(string name) =>
        $"CREATE OR REPLACE MACRO {name}(n) AS {Guard(name, "n", MaxElements, "elements", $"{name}(n)")}, "
        + $"(a, b) AS {Guard(name, "b - a", MaxElements, "elements", $"{name}(a, b)")}, "
        + $"(a, b, c) AS {Guard(name, $"({Number("b")} - {Number("a")}) / nullif({Number("c")}, 0)", MaxElements, "elements", $"{name}(a, b, c)")};";

    private static string Resize(string name) =>
        $"CREATE OR REPLACE MACRO {name}(l, n) AS {Guard(name, "n", MaxElements, "elements", $"{name}(l, n)")}, "
        + $"(l, n, v) AS {Guard(name, "n", MaxElements, "elements", $"{name}(l, n, v)")};";

    private static string Comparison(string name) =>
        $"CREATE OR REPLACE MACRO {name}(x, y) AS CASE WHEN CAST(strlen(x) AS DOUBLE) * strlen(y) > {MaxComparisons} "
        + $"THEN error('{name} compares texts here whose lengths make at most {MaxComparisons} when they are multiplied') ELSE {Unguarded($"{name}(x, y)")} END;";

    private static string Guard(string name, string size, int limit, string unit, string call) =>
        $"CASE WHEN {size} > {limit} THEN error('{name} may make at most {limit} {unit} a row here; FROM range(...) makes as many rows as you like') ELSE {Unguarded(call)} END";

    /// <summary>A number, a time in seconds, or an interval in seconds, whichever it is.</summary>
    private static string Number(string x) =>
        $"coalesce(TRY_CAST(CAST({x} AS VARCHAR) AS DOUBLE), epoch(TRY_CAST(CAST({x} AS VARCHAR) AS TIMESTAMP)), epoch(TRY_CAST(CAST({x} AS VARCHAR) AS INTERVAL)))";
}
