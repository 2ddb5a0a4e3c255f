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
        var reader = spec.Read(faults);
        var tables = reader.TextMap("tables", required: true);
        foreach (var (table, dataset) in tables)
        {
            if (table.Length > 100 || table.Any(char.IsControl))
                faults.Add(new SpecFault($"/tables/{table}", "A table's name has 1 to 100 characters and no control characters."));
            CheckDataset(dataset, $"/tables/{table}", faults);
        }
        if (tables.GroupBy(t => t.Key, StringComparer.OrdinalIgnoreCase).FirstOrDefault(g => g.Count() > 1) is { } twice)
            reader.Fault("tables", $"'{twice.Key}' is there twice; SQL does not tell names apart by case.");
        var query = reader.Lines("query", required: true);
        var output = reader.Section("output") is { } outputReader ? BatchOutputSpec.Read(outputReader, faults) : null;
        var options = reader.Section("options") is { } optionsReader ? BatchOptions.Read(optionsReader) : BatchOptions.Default;
        reader.End();
        return faults.Count == 0 ? new BatchSpec(tables, query!, output, options) : throw new SpecException(faults);
    }

    internal static void CheckDataset(string dataset, string pointer, List<SpecFault> faults)
    {
        try
        {
            ObjectName.CheckSegment(dataset);
        }
        catch (InvalidObjectNameException e)
        {
            faults.Add(new SpecFault(pointer, e.Message));
        }
    }
}
