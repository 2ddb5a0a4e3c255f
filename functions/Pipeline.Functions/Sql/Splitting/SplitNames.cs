namespace Pipeline.Sql;

/// <summary>Names that the splitter puts into queries. Queries and tables may not use names that begin like them.</summary>
internal static class SplitNames
{
    /// <summary>How every such name begins.</summary>
    public const string Prefix = "__pl_";

    /// <summary>The column by which partials are read in the order of their tasks.</summary>
    public const string Order = Prefix + "order";

    /// <summary>The merged groups in a final step.</summary>
    public const string Groups = Prefix + "groups";

    public static string Block(int index) => $"{Prefix}block{index}";

    public static string Derived(int index) => $"{Prefix}derived{index}";

    /// <summary>A column of rows that are carried as they are.</summary>
    public static string Column(int index) => $"{Prefix}c{index}";

    /// <summary>A column that is only ordered or made distinct by.</summary>
    public static string Key(int index) => $"{Prefix}k{index}";

    /// <summary>A grouping expression.</summary>
    public static string Group(int index) => $"{Prefix}g{index}";

    /// <summary>An argument of DISTINCT aggregates, by which partials are grouped too.</summary>
    public static string Distinct(int index) => $"{Prefix}d{index}";

    /// <summary>A part of the state of an aggregate.</summary>
    public static string State(int index) => $"{Prefix}s{index}";

    /// <summary>A value of GROUPING().</summary>
    public static string Grouping(int index) => $"{Prefix}r{index}";

    /// <summary>A whole aggregate that the final step computes.</summary>
    public static string Whole(int index) => $"{Prefix}a{index}";

    /// <summary>The columns <see cref="Column"/> under the names of a result.</summary>
    public static string Select(IReadOnlyList<ColumnSchema> result) => string.Join(", ", result.Select((c, i) => $"{Column(i)} AS {SqlText.Name(c.Name)}"));
}
