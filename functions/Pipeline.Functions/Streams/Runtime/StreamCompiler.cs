using System.Text.Json;
using Pipeline.Jobs;
using Pipeline.Sql;
using Pipeline.Storage;

namespace Pipeline.Streams;

/// <summary>Checks specs against all that they name, and makes of them what runs.</summary>
internal sealed class StreamCompiler(IEnumerable<IStreamSinkKind> kinds, DatasetCatalog datasets, IRowScorers models, HubSlots hubs, IDataPolicy policy)
{
    private const int MaxSinks = 16;

    private readonly List<IStreamSinkKind> _kinds = [.. kinds];

    /// <summary>Compiles a spec.</summary>
    /// <param name="name">The stream.</param>
    /// <param name="document">The spec.</param>
    /// <param name="pin">The version of its model that it was put with; null where it is put right now.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="SpecException">It is not valid; all faults at once.</exception>
    public async Task<CompiledStream> CompileAsync(string name, JsonElement document, ModelPin? pin, CancellationToken cancellationToken)
    {
        var faults = new List<SpecFault>();
        var (spec, sinkReaders) = ReadFields(SpecReader.Open(document, faults), name);

        var query = await QueryAsync(spec, faults, cancellationToken);
        var scorer = query is not null && spec.Score is { } score ? await ScorerAsync(score, pin, query, faults, cancellationToken) : null;
        // Without the model, nobody can tell a wrong column of a sink from one of the model's.
        var result = spec.Score is null ? query?.Result : scorer is null ? null : [.. query!.Result, .. scorer.Columns];
        var sinks = new List<IStreamSink>();
        foreach (var (index, sinkReader) in sinkReaders.Index())
        {
            var context = new StreamSinkContext(name, spec.Hub, index, query?.IsWindowed ?? true, result) { Corrects = query?.IsWindowed == true && spec.Late.Allowed > TimeSpan.Zero };
            if (ReadSink(sinkReader, context) is { } sink)
                sinks.Add(sink);
        }
        var late = spec.Late.Dataset is { } dataset ? LateSink(name, spec, dataset, sinkReaders.Count, faults) : null;
        if (faults.Count == 0)
        {
            var compiled = new CompiledStream(spec, query!, scorer, sinks, late);
            try
            {
                await policy.EnsureAsync(compiled.Use(name), cancellationToken);
                return compiled;
            }
            catch (DataPolicyException e)
            {
                await compiled.DisposeAsync();
                throw new SpecException("", e.Message, ProblemTypes.Policy);
            }
        }
        scorer?.Dispose();
        foreach (var sink in late is null ? sinks : [.. sinks, late])
            await sink.DisposeAsync();
        throw new SpecException(faults);
    }

    private async Task<StreamQuery?> QueryAsync(StreamSpec spec, List<SpecFault> faults, CancellationToken cancellationToken)
    {
        var tables = new List<TableSchema>();
        foreach (var (table, dataset) in spec.Tables)
        {
            try
            {
                tables.Add(Schema(table, await datasets.OpenAsync(dataset, cancellationToken)));
            }
            catch (StorageException e) when (e is not StorageFullException)
            {
                faults.Add(new SpecFault($"/tables/{table.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal)}", e.Message));
            }
        }
        // A query over columns that are not right would only bring faults that are none.
        if (faults.Count > 0)
            return null;
        try
        {
            return await StreamQuery.CompileAsync(spec.Query, new StreamSource(spec.Hub, EventDecoder.SchemaOf(spec), spec.EventTime), tables, cancellationToken);
        }
        catch (SqlException e)
        {
            faults.Add(new SpecFault("/query", e.Message));
        }
        catch (ArgumentException e)
        {
            faults.Add(new SpecFault("", e.Message));
        }
        return null;
    }

    private async Task<IRowScorer?> ScorerAsync(ScoreSpec score, ModelPin? pin, StreamQuery query, List<SpecFault> faults, CancellationToken cancellationToken)
    {
        try
        {
            var scorer = await models.OpenAsync(score.Model, pin?.Version ?? score.Version, score.As, query.Result, cancellationToken);
            if (pin is null || pin.Fingerprint == scorer.Fingerprint)
                return scorer;
            scorer.Dispose();
            faults.Add(new SpecFault("/score", $"Version {pin.Version} of the model '{pin.Model}' is another than the stream was put with: that one was deleted. Put the stream again to go on with this one."));
        }
        catch (SpecException e)
        {
            faults.AddRange(e.Faults.Select(f => f with { Pointer = $"/score{f.Pointer}" }));
        }
        return null;
    }

    /// <summary>Reads all fields for the schema, and looks at nothing that they name.</summary>
    public void Describe(SpecReader reader)
    {
        var (spec, sinks) = ReadFields(reader, "");
        foreach (var sink in sinks)
            ReadSink(sink, new StreamSinkContext("", spec.Hub, 0, IsWindowed: true, null));
    }

    private (StreamSpec Spec, IReadOnlyList<SpecReader> Sinks) ReadFields(SpecReader reader, string name)
    {
        reader.About("A stream: a query over the events of a hub that never ends.");
        if (reader.Text("name", maxLength: 200, about: "The stream's name, as in the address that it is put to.") is { } given && given != name)
            reader.Fault("name", $"The stream is put as '{name}'; leave the name out, or write that one.");
        var spec = StreamSpecReader.Read(reader, hubs.Names);
        var sinks = reader.Sections("sinks", MaxSinks, about: "Where results go.");
        reader.End();
        return (spec, sinks);
    }

    private IStreamSink? ReadSink(SpecReader reader, StreamSinkContext context)
    {
        var fields = reader.Which([.. _kinds.Select(k => k.Field).Order(StringComparer.Ordinal)]);
        var named = _kinds.Where(k => fields.Contains(k.Field)).ToList();
        if (named.Count != 1)
        {
            var all = string.Join(", ", _kinds.Select(k => k.Field).Order(StringComparer.Ordinal));
            var hint = reader.Names.Select(n => NearestName.Find(n, _kinds.Select(k => k.Field))).FirstOrDefault(n => n is not null) is { } nearest ? $" Did you mean '{nearest}'?" : "";
            reader.Fault(null, named.Count == 0 ? $"A sink has one of these fields: {all}.{hint}" : $"A sink is of one kind; this one has {string.Join(" and ", named.Select(k => k.Field))}. Make it several.");
            return null;
        }
        var sink = named[0].Read(reader, context);
        reader.End();
        return sink;
    }

    // The side output is a dataset sink like any other, for the events as they were read.
    private IStreamSink? LateSink(string name, StreamSpec spec, string dataset, int index, List<SpecFault> faults)
    {
        using var document = JsonDocument.Parse(JsonSerializer.Serialize(new Dictionary<string, string> { ["dataset"] = dataset }));
        var columns = EventDecoder.SchemaOf(spec).Select(c => c.ToColumn())
            .Concat([new ColumnSchema(EventBatch.EnqueuedTimeColumn, "TIMESTAMP"), new ColumnSchema(EventBatch.SequenceNumberColumn, "BIGINT")]).ToList();
        var own = new List<SpecFault>();
        var sink = ReadSink(SpecReader.Open(document.RootElement.Clone(), own), new StreamSinkContext(name, spec.Hub, index, false, columns));
        faults.AddRange(own.Select(f => f with { Pointer = "/late/dataset" }));
        return sink;
    }

    private static TableSchema Schema(string table, Dataset dataset) =>
        new(table, [.. dataset.Columns.Select(c => new ColumnSchema(c.Name, c.Type))]) { PartitionColumns = dataset.PartitionColumns };
}
