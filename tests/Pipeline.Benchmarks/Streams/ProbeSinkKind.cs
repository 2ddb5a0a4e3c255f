using Pipeline.Jobs;
using Pipeline.Streams;

namespace Pipeline.Benchmarks.Streams;

/// <summary>A sink that notes when windows reach it.</summary>
internal sealed class ProbeSinkKind : IStreamSinkKind
{
    private readonly List<(long End, long At)> _windows = [];

    public string Field => "probe";

    public IStreamSink? Read(SpecReader reader, StreamSinkContext context)
    {
        reader.Text(Field);
        return new Sink(this);
    }

    /// <summary>Milliseconds from each window's end to its arrival, ascending; without those of the first seconds.</summary>
    public IReadOnlyList<double> Delays(int warmUpSeconds)
    {
        lock (_windows)
        {
            var first = _windows.Min(w => w.End) + warmUpSeconds * 1_000_000L;
            return [.. _windows.Where(w => w.End >= first).Select(w => (w.At - w.End) / 1000.0).Order()];
        }
    }

    private sealed class Sink(ProbeSinkKind probe) : IStreamSink
    {
        public Task PublishAsync(StreamOutput output, IStreamFence fence, CancellationToken cancellationToken)
        {
            var now = (DateTime.UtcNow - DateTime.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;
            lock (probe._windows)
                probe._windows.AddRange(output.Windows!.Select(w => (w.End, now)));
            return Task.CompletedTask;
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
