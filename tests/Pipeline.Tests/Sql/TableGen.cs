using CsCheck;
using Pipeline.Sql;

namespace Pipeline.Tests.Sql;

/// <summary>A random table in random parts: nulls, NaN, infinities, negative zero, duplicates, whole numbers near the ends of BIGINT, empty parts.</summary>
internal static class TableGen
{
    public static readonly TableSchema[] Schemas =
    [
        new("big",
        [
            new("n", "BIGINT"), new("k", "INTEGER"), new("i", "BIGINT"), new("d", "DECIMAL(18,3)"), new("x", "DOUBLE"), new("s", "VARCHAR"), new("t", "DATE"), new("ts", "TIMESTAMP"),
            new("b", "BOOLEAN"), new("l", "INTEGER[]"), new("st", "STRUCT(a INTEGER, c VARCHAR)"),
        ]),
        new("small", [new("id", "INTEGER"), new("name", "VARCHAR")]),
    ];

    /// <summary>The parts of <c>big</c>, as the rows' values without <c>n</c>.</summary>
    public static Gen<string[][]> Parts { get; } = Gen.Frequency((1, Gen.Const(0)), (6, Gen.Int[1, 25])).SelectMany(rows => Row.Array[rows]).Array[1, 6];

    private static Gen<string> Row => Gen.Select(
        OrNull(Gen.Int[0, 4].Select(k => $"{k}")),
        OrNull(Gen.OneOf(Gen.Int[-5, 2000].Select(i => $"{i}"), Gen.OneOf("9223372036854775807", "-9223372036854775808", "9223372036854775800"))),
        OrNull(Gen.Int[-20_000, 99_999].Select(d => $"{d / 1000}.{Math.Abs(d % 1000):000}")),
        OrNull(Gen.OneOf(Gen.Int[-9999, 9999].Select(x => $"{x}e-2"), Gen.OneOf("'nan'", "'inf'", "'-inf'", "-0.0", "0.0"))),
        OrNull(Gen.OneOf("''", "'a'", "'ab'", "'b'", "'äö'", "'日本'", "'it''s'", "'😀'")),
        OrNull(Gen.Int[0, 90].Select(day => $"DATE '2001-01-01' + {day}")),
        OrNull(Gen.Int[0, 1].Select(b => b == 1 ? "true" : "false")),
        OrNull(Gen.Int[0, 3].Select(l => $"range({l})")),
        (k, i, d, x, s, t, b, l) =>
            $"CAST({k} AS INTEGER), CAST({i} AS BIGINT), CAST({d} AS DECIMAL(18,3)), CAST({x} AS DOUBLE), CAST({s} AS VARCHAR), CAST({t} AS DATE), CAST({t} AS TIMESTAMP) + INTERVAL 90 MINUTE, CAST({b} AS BOOLEAN), "
            + $"CAST({l} AS INTEGER[]), CAST({{'a': {k}, 'c': {s}}} AS STRUCT(a INTEGER, c VARCHAR))");

    /// <summary>Writes the tables as files.</summary>
    public static Dictionary<string, IReadOnlyList<string>> Write(DuckDbSession session, string folder, string[][] parts)
    {
        var columns = string.Join(", ", Schemas[0].Columns.Select(c => c.Name));
        var n = 0;
        var big = parts.Select((rows, i) =>
        {
            var path = Path.Combine(folder, $"big{i}.parquet");
            var values = rows.Length == 0
                ? $"SELECT {string.Join(", ", Schemas[0].Columns.Select(c => $"CAST(NULL AS {c.Type}) AS {c.Name}"))} WHERE false"
                : $"SELECT * FROM (VALUES {string.Join(", ", rows.Select(r => $"(CAST({n++} AS BIGINT), {r})"))}) AS v({columns})";
            session.Execute($"COPY ({values}) TO '{path}' (FORMAT parquet)");
            return path;
        }).ToList();
        var small = Path.Combine(folder, "small.parquet");
        session.Execute($"COPY (SELECT * FROM (VALUES (0, 'zero'), (1, 'one'), (2, 'two'), (2, 'zwei'), (7, NULL)) AS v(id, name)) TO '{small}' (FORMAT parquet)");
        return new() { ["big"] = big, ["small"] = [small] };
    }

    private static Gen<string> OrNull(Gen<string> values) => Gen.Frequency((6, values), (1, Gen.Const("NULL")));
}
