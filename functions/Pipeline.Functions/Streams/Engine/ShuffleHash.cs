using Pipeline.Sql;

namespace Pipeline.Streams;

/// <summary>Which partition of a shuffle a state belongs to. Computed from the text of its keys, so that it stays the same on every machine and under every version of DuckDB.</summary>
internal static class ShuffleHash
{
    /// <summary>The expression over a state's columns; null where all go to partition 0.</summary>
    public static string? Of(WindowedPlan plan, ShuffleBy by, int partitions) => (partitions, by) switch
    {
        (1, _) or (_, ShuffleBy.Everything) => null,
        (_, ShuffleBy.Window) => Hash([$"CAST({plan.Pane} AS VARCHAR)"], partitions),
        _ => Hash(plan.Keys.Select(k => Text(plan.StateColumns.First(c => c.Name == k))), partitions),
    };

    private static string Hash(IEnumerable<string> texts, int partitions) =>
        $"CAST(md5_number_lower(concat_ws('|', {string.Join(", ", texts)})) % {SqlText.Number(partitions)} AS INTEGER)";

    /// <summary>Equal keys have equal texts: -0.0 equals 0.0. A length before each text keeps keys of several columns apart.</summary>
    private static string Text(ColumnSchema column)
    {
        var value = $"CAST({(column.Type is "DOUBLE" or "FLOAT" ? $"({column.Name} + 0)" : column.Name)} AS VARCHAR)";
        return $"coalesce(concat(strlen({value}), ':', {value}), 'null')";
    }
}
