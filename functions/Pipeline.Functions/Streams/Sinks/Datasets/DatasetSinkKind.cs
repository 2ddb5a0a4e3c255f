using Pipeline.Jobs;
using Pipeline.Storage;

namespace Pipeline.Streams;

/// <summary><c>{ "dataset": "bars", "partitionBy": "day" }</c>: writes Parquet files, which are inputs of batch jobs at once.</summary>
internal sealed class DatasetSinkKind(IObjectStore store, DatasetCompactor compactor, TimeProvider time) : IStreamSinkKind
{
    private static readonly string[] s_compressions = [DatasetSinkSpec.UsualCompression, "snappy", "gzip", "uncompressed"];

    public string Field => "dataset";

    public IStreamSink? Read(SpecReader reader, StreamSinkContext context)
    {
        var dataset = reader.Text(Field, required: true, maxLength: 200, about: "A dataset that gets the rows as Parquet files.");
        var word = reader.Choice("partitionBy", [.. DatasetGranularity.All.Select(g => g.Word)], about: "The time that makes Hive folders: of the window's start, or of timeColumn.");
        var column = reader.Text("timeColumn", maxLength: 200, about: "The column that says which folder a row goes to, where there are no windows.");
        var compression = reader.Choice("compression", s_compressions, about: "The Parquet codec: zstd where it is absent.");
        var by = DatasetGranularity.All.FirstOrDefault(g => g.Word == word);
        var sound = dataset is not null;
        if (dataset is not null && NameFault(dataset) is { } fault) Fault(Field, fault);
        if (by is not null && context.Result?.Any(c => c.Name.Equals(by.Column, StringComparison.OrdinalIgnoreCase)) == true)
            Fault("partitionBy", $"The folders make a column '{by.Column}', which the query's result has too. Rename that one.");
        if (column is not null && (by is null || context.IsWindowed))
            Fault("timeColumn", by is null ? "It says which folder a row goes to; there are none without 'partitionBy'." : "A row's folder is that of its window's start.");
        else if (column is null && by is not null && !context.IsWindowed)
            Fault("timeColumn", "The query has no windows: name the column of its result that says to which folder a row goes.");
        else if (column is not null && context.Result is { } result)
            CheckTime(result);
        return sound ? new DatasetSink(new DatasetSinkSpec(dataset!, by, column, compression), context.Corrects, store, compactor, time) : null;

        void Fault(string field, string detail)
        {
            reader.Fault(field, detail);
            sound = false;
        }

        void CheckTime(IReadOnlyList<Sql.ColumnSchema> columns)
        {
            if (columns.FirstOrDefault(c => c.Name.Equals(column, StringComparison.OrdinalIgnoreCase)) is not { } found)
                Fault("timeColumn", $"The query's result has no column '{column}'.{NearestName.Hint(column, columns.Select(c => c.Name))}");
            else if (found.Type is not ("DATE" or "TIMESTAMP"))
                Fault("timeColumn", $"The column '{column}' is {found.Type}; the time of a row is a TIMESTAMP or a DATE.");
        }
    }

    private static string? NameFault(string dataset)
    {
        try
        {
            ObjectName.CheckSegment(dataset);
            return DatasetFolders.IsHidden(dataset) ? $"The name '{dataset}' begins with '{dataset[0]}', as only hidden files do." : null;
        }
        catch (InvalidObjectNameException e)
        {
            return e.Message;
        }
    }
}
