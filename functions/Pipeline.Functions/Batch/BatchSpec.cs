using Pipeline.Jobs;
using Pipeline.Storage;

namespace Pipeline.Batch;

/// <summary>The spec of a batch job: a SQL query over datasets.</summary>
/// <param name="Tables">The tables of the query, in the spec's order: name in the query and dataset behind it.</param>
/// <param name="Query">One DuckDB SELECT.</param>
/// <param name="Output">Where the rows go beside the job's result; null for nowhere.</param>
/// <param name="Options">How it runs.</param>
public sealed record BatchSpec(
    IReadOnlyList<KeyValuePair<string, string>> Tables,
    string Query,
    BatchOutputSpec? Output,
    BatchOptions Options)
{
    /// <summary>Reads the fields of kind <c>batch</c>.</summary>
    /// <exception cref="SpecException">It is not valid; all faults at once.</exception>
    public static BatchSpec Read(JobSpec spec)
    {
        var faults = new List<SpecFault>();
        var read = Read(spec, faults);
        return faults.Count == 0 ? read : throw new SpecException(faults);
    }

    /// <summary>Reads the fields of kind <c>batch</c>, as far as they are valid: the rest is left out, and told in <paramref name="faults"/>.</summary>
    public static BatchSpec Read(JobSpec spec, List<SpecFault> faults)
    {
        var reader = spec.Read(faults, "A batch job: one SQL query over datasets, split into tasks.");
        var tables = reader.TextMap("tables", required: true, about: "The tables of the query: a name in it, and the dataset behind that.");
        var valid = new List<KeyValuePair<string, string>>();
        foreach (var table in tables)
        {
            var named = table.Key.Length is >= 1 and <= 100 && !table.Key.Any(char.IsControl);
            if (!named)
                faults.Add(new SpecFault(TablePointer(table.Key), "A table's name has 1 to 100 characters and no control characters."));
            if (CheckDataset(table.Value, TablePointer(table.Key), faults) && named)
                valid.Add(table);
        }
        if (tables.GroupBy(t => t.Key, StringComparer.OrdinalIgnoreCase).FirstOrDefault(g => g.Count() > 1) is { } twice)
            reader.Fault("tables", $"'{twice.Key}' is there twice; SQL does not tell names apart by case.");
        var query = reader.Lines("query", required: true, about: "One DuckDB SELECT, as a text or an array of lines.");
        var output = reader.Section("output", about: "A dataset to write beside the job's result.") is { } outputReader ? BatchOutputSpec.Read(outputReader, faults) : null;
        var options = reader.Section("options", about: "How the job runs.") is { } optionsReader ? BatchOptions.Read(optionsReader) : BatchOptions.Default;
        reader.End();
        return new BatchSpec(valid, query ?? "", output, options);
    }

    internal static string TablePointer(string table) => $"/tables/{SpecReader.Escape(table)}";

    internal static bool CheckDataset(string dataset, string pointer, List<SpecFault> faults)
    {
        try
        {
            ObjectName.CheckSegment(dataset);
            return true;
        }
        catch (InvalidObjectNameException e)
        {
            faults.Add(new SpecFault(pointer, e.Message));
            return false;
        }
    }
}
