namespace Pipeline.Sql;

/// <summary>
/// How an aggregate is computed in two phases, as SQL templates. In <paramref name="Partials"/> and <paramref name="Final"/>,
/// <see cref="Argument"/> stands for an argument and <see cref="OrderKey"/> for an ORDER BY expression of the call; in
/// <paramref name="Merges"/> and <paramref name="Final"/>, {0}, {1}, … stand for the parts of the state.
/// </summary>
/// <param name="Kind">For people: what travels between the phases.</param>
/// <param name="Partials">Aggregates over rows that make the parts of a state.</param>
/// <param name="Merges">For each part, an aggregate over states that makes the part of the merged state. Associative.</param>
/// <param name="Final">From a merged state to the value; cast to the type of the original call by the caller.</param>
internal sealed record AggregateState(string Kind, IReadOnlyList<string> Partials, IReadOnlyList<string> Merges, string Final)
{
    /// <summary>A state of one part, merged by the function that makes it.</summary>
    public static AggregateState Simple(string kind, string partial, string merge, string final = "{0}") => new(kind, [partial], [merge], final);

    public static string Argument(int index) => $"{SplitNames.Prefix}x{index}";

    public static string OrderKey(int index) => $"{SplitNames.Prefix}y{index}";
}
