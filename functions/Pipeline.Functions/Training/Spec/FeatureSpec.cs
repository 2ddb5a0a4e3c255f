using Pipeline.Jobs;

namespace Pipeline.Training;

/// <summary>One feature: a column of the dataset, or an expression over its columns.</summary>
/// <param name="Column">A column's name, or a SQL expression of one row, for instance <c>hour(date)</c>.</param>
/// <param name="OneHot">How many inputs it becomes, of which the value's own is one and the others are zero: values are whole numbers
/// from 0 below this. Null for one input, the value itself.</param>
public sealed record FeatureSpec(string Column, int? OneHot)
{
    /// <summary>How many inputs of the network it fills.</summary>
    public int Width => OneHot ?? 1;

    internal static FeatureSpec? Read(SpecReader reader)
    {
        var column = reader.Text("column", required: true, about: "A column's name, or a SQL expression of one row.");
        var oneHot = (int?)reader.Integer("oneHot", 2, 10_000, about: "How many inputs it becomes, of which the one of the value is 1 and the others are 0: values are whole numbers from 0 below this.");
        reader.End();
        return column is null ? null : new FeatureSpec(column, oneHot);
    }
}
