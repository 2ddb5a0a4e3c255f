using Pipeline.Jobs;

namespace Pipeline.Training;

/// <summary>What the network learns to tell.</summary>
/// <param name="Column">A column's name, or a SQL expression of one row.</param>
/// <param name="Classes">The names of the classes, where labels are texts; or their numbers from 0, where they are numbers. Empty
/// where the label is a quantity.</param>
/// <param name="IsText">Whether labels are the names of classes.</param>
public sealed record LabelSpec(string Column, IReadOnlyList<string> Classes, bool IsText)
{
    internal static LabelSpec? Read(SpecReader reader)
    {
        var column = reader.Text("column", required: true, about: "A column's name, or a SQL expression of one row.");
        IReadOnlyList<string> classes = [];
        var isText = false;
        if (reader.Has("names"))
        {
            classes = reader.Texts("names", maxCount: 10_000, about: "The classes, where labels are texts.");
            isText = true;
            if (reader.Has("classes"))
                reader.Fault("classes", "A label has a number of classes or their names, not both. Remove one.");
            if (classes.Count == 1)
                reader.Fault("names", "There must be at least 2 classes.");
        }
        else if (reader.Integer("classes", 2, 10_000, about: "How many classes there are, where labels are their numbers from 0.") is { } count)
        {
            classes = [.. Enumerable.Range(0, (int)count).Select(i => i.ToString(System.Globalization.CultureInfo.InvariantCulture))];
        }
        reader.End();
        return column is null ? null : new LabelSpec(column, classes, isText);
    }
}
