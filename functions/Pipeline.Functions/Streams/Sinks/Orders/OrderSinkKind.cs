using Pipeline.Jobs;

namespace Pipeline.Streams;

/// <summary><c>{ "orders": { "dataset": "executions", "expire": "1h" } }</c>: executes limit orders against the ticks among the rows, and writes
/// what becomes of them to a dataset, a hub, or both.</summary>
internal sealed class OrderSinkKind(BookStore books, DatasetSinkKind datasets, HubSinkKind hubs) : IStreamSinkKind
{
    public string Field => "orders";

    public IStreamSink? Read(SpecReader reader, StreamSinkContext context)
    {
        if (reader.Section(Field, about: "Executes limit orders against the ticks among the rows.") is not { } orders)
        {
            reader.Fault(Field, "It is an object with 'dataset' or 'hub', where executions go.");
            return null;
        }

        var sound = true;
        if (context.IsWindowed) Fault("Orders are executed row by row: the query must have no windows.");
        else if (context.Result is { } result && OrderRows.Columns.Where(c => !result.Any(r => r.Name.Equals(c, StringComparison.OrdinalIgnoreCase))).ToList() is { Count: > 0 } missing)
            Fault($"The query's result lacks {string.Join(", ", missing)}. It needs {string.Join(", ", OrderRows.Columns)}; a row whose side is null is a tick.");
        var expires = orders.Time("expire", TimeSpan.FromMilliseconds(1), TimeSpan.FromDays(30), "How long an order stands.");
        var inner = context with { IsWindowed = false, Result = ExecutionFile.Columns };
        var targets = new List<IStreamSink?>();
        if (orders.Has(datasets.Field)) targets.Add(datasets.Read(orders, inner));
        if (orders.Has(hubs.Field)) targets.Add(hubs.Read(orders, inner));
        if (targets.Count == 0) orders.Fault(null, "Say where executions go: 'dataset', 'hub' or both.");
        orders.End();
        return sound && targets.Count > 0 && targets.TrueForAll(t => t is not null) ? new OrderSink(context.Index, expires, [.. targets.OfType<IStreamSink>()], books) : null;

        void Fault(string detail)
        {
            reader.Fault(Field, detail);
            sound = false;
        }
    }
}
