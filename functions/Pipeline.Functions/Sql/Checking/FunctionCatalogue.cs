using System.Collections.Frozen;
using System.Text.RegularExpressions;

namespace Pipeline.Sql;

/// <summary>What DuckDB itself says of its functions; read once a process.</summary>
internal sealed class FunctionCatalogue
{
    private static readonly Lazy<FunctionCatalogue> Shared = new(Load);

    private FunctionCatalogue(FrozenSet<string> aggregates, FrozenSet<string> @volatile, FrozenSet<string> internals, FrozenDictionary<string, (IReadOnlyList<string>, string)> macros)
    {
        Aggregates = aggregates;
        Volatile = @volatile;
        Internals = internals;
        Macros = macros;
    }

    /// <summary>Aggregate functions.</summary>
    public FrozenSet<string> Aggregates { get; }

    /// <summary>Functions that may give another value at each call: random(), uuid(), ...</summary>
    public FrozenSet<string> Volatile { get; }

    /// <summary>Functions that exist only for other databases' tools to look into the system.</summary>
    public FrozenSet<string> Internals { get; }

    /// <summary>Macros over expressions, DuckDB's own and <see cref="SizeGuards"/>: parameters and definition.</summary>
    public FrozenDictionary<string, (IReadOnlyList<string> Parameters, string Definition)> Macros { get; }

    /// <summary>Whether a function is a macro, and no guard of ours before a function.</summary>
    public bool IsMacroOfDuckDb(string function) => Macros.ContainsKey(function) && !SizeGuards.Names.Contains(function, StringComparer.OrdinalIgnoreCase);

    /// <summary>How often a call's argument is written out: once, but for macros, which may name a parameter several times.</summary>
    public int Copies(string function) => Macros.TryGetValue(function, out var macro)
        ? Math.Max(1, macro.Parameters.Select(parameter => Regex.Count(macro.Definition, $@"\b{Regex.Escape(parameter)}\b", RegexOptions.IgnoreCase)).DefaultIfEmpty().Max())
        : 1;

    public static FunctionCatalogue Instance => Shared.Value;

    private static FunctionCatalogue Load()
    {
        using var session = DuckDbSession.Open();
        var rows = session.Read(
            """
            SELECT DISTINCT function_name, function_type, coalesce(stability, ''), schema_name, array_to_string(parameters, ','), coalesce(macro_definition, '')
            FROM duckdb_functions() ORDER BY ALL
            """,
            reader =>
            {
                var all = new List<(string Name, string Type, string Stability, string Schema, string Parameters, string Definition)>();
                while (reader.Read())
                {
                    all.Add((reader.GetString(0), reader.GetString(1), reader.GetString(2), reader.GetString(3), reader.GetString(4), reader.GetString(5)));
                }

                return all;
            });

        var main = rows.Where(r => r.Schema == "main").ToList();
        var mainNames = main.Select(r => r.Name).ToHashSet(StringComparer.OrdinalIgnoreCase);
        return new FunctionCatalogue(
            Names(main.Where(r => r.Type == "aggregate")),
            Names(main.Where(r => r.Stability == "VOLATILE")),
            Names(rows.Where(r => r.Schema != "main" && !mainNames.Contains(r.Name))),
            main.Where(r => r.Type == "macro").GroupBy(r => r.Name, StringComparer.OrdinalIgnoreCase).ToFrozenDictionary(
                g => g.Key,
                g => ((IReadOnlyList<string>)g.First().Parameters.Split(',', StringSplitOptions.RemoveEmptyEntries), g.First().Definition),
                StringComparer.OrdinalIgnoreCase));

        static FrozenSet<string> Names(IEnumerable<(string Name, string Type, string Stability, string Schema, string Parameters, string Definition)> rows) =>
            rows.Select(r => r.Name).ToFrozenSet(StringComparer.OrdinalIgnoreCase);
    }
}
