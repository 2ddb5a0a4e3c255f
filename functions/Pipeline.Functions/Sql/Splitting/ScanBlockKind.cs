namespace Pipeline.Sql;

/// <summary>What the partials of a block are.</summary>
public enum ScanBlockKind
{
    /// <summary>One row a group, with the states of its aggregates. Merging makes partials smaller.</summary>
    Aggregate,

    /// <summary>Distinct rows. Merging makes partials smaller.</summary>
    Distinct,

    /// <summary>The first rows in some order. Merging makes partials smaller.</summary>
    Top,

    /// <summary>Filtered and projected rows. Merging only concatenates.</summary>
    Rows,
}
