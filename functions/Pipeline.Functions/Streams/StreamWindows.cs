using System.Text.Json;
using Pipeline.Jobs;
using Pipeline.Sql;
using Pipeline.Storage;

namespace Pipeline.Streams;

/// <summary>Reads the latest results of streams, which their states keep.</summary>
public sealed class StreamWindows
{
    private readonly DefinitionStore _definitions;
    private readonly StreamCatalog _catalog;
    private readonly StateStore _states;

    internal StreamWindows(
        DefinitionStore definitions, StreamCatalog catalog, StateStore states) =>
        (_definitions, _catalog, _states) = (definitions, catalog, states);

    private const int MaxRows = 10_000;

    /// <summary>The latest windows of a stream, latest first; null where there is no such stream.</summary>
    /// <param name="name">The stream.</param>
    /// <param name="top">How many windows at most; of a query without windows, how many rows.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<StreamWindowsView?> ReadAsync(string name, int top, CancellationToken cancellationToken)
    {
        if (StreamName.Fault(name) is not null || await _definitions.FindAsync(name, cancellationToken) is not var (definition, _))
            return null;
        var stream = (await _catalog.StreamsAsync(cancellationToken)).FirstOrDefault(s => s.Name == name);
        if (stream is null)
            throw new JobConflictException($"Stream '{name}' cannot run: {_catalog.FaultOf(name) ?? "it was changed just now"}.");
        var columns = stream.Compiled.Result;
        var found = new List<Found>();
        foreach (var place in await _states.PlacesAsync(name, definition.Generation, cancellationToken))
            found.AddRange((await _states.LoadAsync(place, cancellationToken)).State.Results.SelectMany(r => Windows(place, r)));
        var latest = found
            .GroupBy(f => stream.Query.IsWindowed ? (f.Partition, f.Window.Start, f.Window.End, 0L) : (f.Partition, 0, 0, f.Result.Commit))
            .Select(same => same.MaxBy(f => f.Window.Revision)!)
            .Where(f => f.Window.Rows > 0)
            .OrderByDescending(f => stream.Query.IsWindowed ? f.Window.End : f.Result.Commit).ThenByDescending(f => f.Window.Start).ThenBy(f => f.Partition);
        var views = new List<StreamWindowView>();
        using var folder = TaskFolder.Create();
        using var session = DuckDbSession.Open();
        var shown = latest.Take(top).ToList();
        var tables = await OpenAsync(session, shown, columns, folder, cancellationToken);
        var left = stream.Query.IsWindowed ? MaxRows : top;
        foreach (var one in shown)
        {
            if (left <= 0)
                break;
            if (!tables.TryGetValue(one.Result.Blob, out var table))
                continue; // Newer results have just taken its place.
            var rows = await RowsAsync(session, table, one, columns, Math.Min(left, one.Window.Rows), !stream.Query.IsWindowed, cancellationToken);
            left -= rows.Count;
            views.Add(stream.Query.IsWindowed
                ? new StreamWindowView(Micros.ToTime(one.Window.Start), Micros.ToTime(one.Window.End), one.Window.Revision, one.Partition, rows)
                : new StreamWindowView(null, null, 0, one.Partition, rows));
        }
        return new StreamWindowsView(name, definition.Generation, [.. columns.Select(c => new ResultColumn(c.Name, c.Type))], views);
    }

    private static IEnumerable<Found> Windows(StreamPlace place, KeptResult result) => result.Windows is { } windows
        ? windows.Select(w => new Found(place.Partition, result, w))
        : [new Found(place.Partition, result, new OutputWindow(0, 0, 0, 0, (int)Math.Min(result.Rows, int.MaxValue)))];

    // One database for all of them: to open one takes longer than to read a window.
    private async Task<Dictionary<StateBlob, string>> OpenAsync(DuckDbSession session, List<Found> shown, IReadOnlyList<ColumnSchema> columns, TaskFolder folder, CancellationToken cancellationToken)
    {
        var tables = new Dictionary<StateBlob, string>();
        foreach (var blob in shown.Select(one => one.Result.Blob).Distinct())
        {
            try
            {
                var file = await _states.FetchAsync(blob, folder, cancellationToken);
                var table = $"output_{SqlText.Number(tables.Count)}";
                session.AddTable(new TableSchema(table, ParquetCarrier.WithStoredNames(columns)), [new ParquetFile(file)]);
                tables.Add(blob, table);
            }
            catch (ObjectNotFoundException)
            {
                // Newer results have just taken its place.
            }
        }
        session.Confine();
        return tables;
    }

    private static async Task<List<JsonElement>> RowsAsync(
        DuckDbSession session, string table, Found one, IReadOnlyList<ColumnSchema> columns, int count, bool fromEnd, CancellationToken cancellationToken)
    {
        var first = fromEnd ? Math.Max(0, one.Result.Rows - count) : one.Window.FirstRow;
        var rows = await session.ReadRowsAsync($"SELECT * FROM {table} OFFSET {SqlText.Number(first)}", columns, count, cancellationToken);
        var values = rows.Rows.Select(Parse).ToList();
        if (fromEnd)
            values.Reverse();
        return values;
    }

    private static JsonElement Parse(string json)
    {
        using var document = JsonDocument.Parse(json);
        return document.RootElement.Clone();
    }

    private sealed record Found(int Partition, KeptResult Result, OutputWindow Window);
}
