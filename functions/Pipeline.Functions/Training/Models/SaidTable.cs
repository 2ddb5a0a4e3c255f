using System.Globalization;
using Pipeline.Sql;

namespace Pipeline.Training;

/// <summary>What a model says of rows, as a table that stands beside theirs.</summary>
internal static class SaidTable
{
    /// <summary>The table's name.</summary>
    public const string Name = "said";

    /// <summary>What the column of predictions is called where nobody says otherwise.</summary>
    public const string UsualName = "prediction";

    /// <summary>The columns: the prediction, and of a model that tells classes apart how sure it is.</summary>
    /// <param name="document">The model.</param>
    /// <param name="name">What the column of predictions is called.</param>
    public static IReadOnlyList<ColumnSchema> Columns(ModelDocument document, string name) => document.Classifies()
        ? [new(name, document.Data.Label.IsText ? "VARCHAR" : "INTEGER"), new(name == UsualName ? "probability" : $"{name}_probability", "DOUBLE")]
        : [new(name, "DOUBLE")];

    /// <summary>Makes the table, without rows.</summary>
    public static void Create(DuckDbSession session, IReadOnlyList<ColumnSchema> columns) =>
        session.Execute($"CREATE TABLE {Name} ({string.Join(", ", columns.Select(c => $"{SqlText.Name(c.Name)} {c.Type}"))})");

    /// <summary>Fills the table, in place of what it held.</summary>
    /// <param name="session">Where it is.</param>
    /// <param name="document">The model.</param>
    /// <param name="predictions">What it says.</param>
    /// <param name="used">For each row whether there is a prediction of it; null where there is one of each. Of others it says null.</param>
    public static void Fill(DuckDbSession session, ModelDocument document, Predictions predictions, IReadOnlyList<bool>? used = null)
    {
        session.Execute($"TRUNCATE {Name}");
        var label = document.Data.Label;
        using var appender = session.Connection.CreateAppender(Name);
        var sample = 0;
        for (var i = 0; i < (used?.Count ?? predictions.Count); i++)
        {
            var row = appender.CreateRow();
            if (used is not null && !used[i])
            {
                row.AppendNullValue();
                if (document.Classifies())
                    row.AppendNullValue();
            }
            else if (!document.Classifies())
            {
                row.AppendValue((double)predictions.Values[sample++]);
            }
            else
            {
                var best = predictions.ClassOf(sample);
                var text = label.Classes[best];
                (label.IsText ? row.AppendValue(text) : row.AppendValue(int.Parse(text, CultureInfo.InvariantCulture))).AppendValue(predictions.Shares(sample++)[best]);
            }
            row.EndRow();
        }
    }
}
