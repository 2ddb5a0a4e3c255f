using Pipeline.Jobs;
using Pipeline.Streams;

namespace Pipeline.Tests.Streams.Runtime;

/// <summary>A sink in memory, shared by all hosts of a test. It insists on the contract: what comes again is the same.</summary>
internal sealed class RecordingSinkKind : IStreamSinkKind
{
    private readonly Dictionary<string, (StreamOutput Output, List<string> Rows)> _outputs = new(StringComparer.Ordinal);

    public string Field => "record";

    /// <summary>Runs before an output is taken; tests make it fail or wait here.</summary>
    public Func<StreamOutput, Task> Before { get; set; } = _ => Task.CompletedTask;

    /// <summary>How often outputs came, repetitions counted.</summary>
    public int Calls { get; private set; }

    /// <summary>How often a host that had lost the partition was kept off.</summary>
    public int Fenced { get; private set; }

    /// <summary>The generations that began, and from when on they make windows again.</summary>
    public List<(StreamOrigin Origin, long? From)> Resets { get; } = [];

    public IStreamSink? Read(SpecReader reader, StreamSinkContext context)
    {
        reader.Text(Field);
        return new Sink(this);
    }

    /// <summary>The rows of all windows, each of its highest revision, sorted; of a query without windows all rows.</summary>
    public IReadOnlyList<string> Rows(int generation = 1)
    {
        lock (_outputs)
        {
            var outputs = _outputs.Values.Where(o => o.Output.Origin.Generation == generation).ToList();
            var windowed = outputs.Where(o => o.Output.Windows is not null)
                .SelectMany(o => o.Output.Windows!.Select(w => (Place: o.Output.Origin with { Commit = 0 }, Window: w, o.Rows)))
                .GroupBy(w => (w.Place, w.Window.Start, w.Window.End))
                .Select(same => same.MaxBy(w => w.Window.Revision))
                .SelectMany(w => w.Rows.Skip((int)w.Window.FirstRow).Take(w.Window.Rows));
            return [.. windowed.Concat(outputs.Where(o => o.Output.Windows is null).SelectMany(o => o.Rows)).Order(StringComparer.Ordinal)];
        }
    }

    private async Task PublishAsync(StreamOutput output, IStreamFence fence, CancellationToken cancellationToken)
    {
        await Before(output);
        try
        {
            await fence.EnsureOwnedAsync(cancellationToken);
        }
        catch (StreamFencedException)
        {
            Fenced++;
            throw;
        }
        var rows = new List<string>();
        using var reader = new StreamOutputReader();
        await foreach (var row in reader.ReadAsync(output, cancellationToken))
            rows.Add(row);
        Assert.Equal(output.Rows, rows.Count);
        lock (_outputs)
        {
            Calls++;
            var name = $"{output.Origin} {output.Columns[0].Name}";
            if (_outputs.TryGetValue(name, out var before))
                Assert.Equal(before.Rows, rows);
            _outputs[name] = (output, rows);
        }
    }

    private sealed class Sink(RecordingSinkKind kind) : IStreamSink
    {
        public Task PublishAsync(StreamOutput output, IStreamFence fence, CancellationToken cancellationToken) => kind.PublishAsync(output, fence, cancellationToken);

        public Task ResetAsync(StreamOrigin origin, long? from, IStreamFence fence, CancellationToken cancellationToken)
        {
            lock (kind.Resets)
                kind.Resets.Add((origin, from));
            return Task.CompletedTask;
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
