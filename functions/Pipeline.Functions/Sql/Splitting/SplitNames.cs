namespace Pipeline.Sql;

/// <summary>Names that the splitter puts into queries. Queries and tables may not use names that begin like them.</summary>
internal static class SplitNames
{
    /// <summary>How every such name begins.</summary>
    public const string Prefix = "__pl_";

    /// <summary>The column by which partials are read in the order of their tasks.</summary>
    public const string Order = Prefix + "order";

    public static string Block(int index) => $"{Prefix}block{index}";

    public static string Derived(int index) => $"{Prefix}derived{index}";
}
