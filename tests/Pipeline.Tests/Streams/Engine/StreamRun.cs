using Pipeline.Sql;
using Pipeline.Streams;

namespace Pipeline.Tests.Streams.Engine;

/// <summary>How a stream is run in a test.</summary>
internal sealed record StreamRunOptions(long Delay, long Allowed, int Shuffle, bool Crashes)
{
    public IReadOnlyList<string> Symbols { get; init; } = [];
}

/// <summary>
/// Runs a query the way a stream does: events of several partitions in batches cut anywhere, each judged late or not by its partition's
/// watermark; deltas and now and then a snapshot at every commit; crashes that lose what came after the last commit; windows closed
/// by the least watermark. Keeps what was given out last for each window.
/// </summary>
internal sealed class StreamRun(StreamQuery query, StreamRunOptions options, Random random, string folder, TaskRows rows)
{
    private static int _files;
    private readonly Dictionary<int, long> _latest = [];

    /// <summary>The events that were not late, in the order of partitions and then of events.</summary>
    public List<StreamEvent> Accepted { get; } = [];

    /// <summary>The rows of each window as they were given out last; of several partitions' rows of the same window, all.</summary>
    public SortedDictionary<(long Start, long End), List<string>> Windows { get; } = [];

    /// <summary>How many windows were given out again.</summary>
    public int Corrections { get; private set; }

    public async Task RunAsync(IReadOnlyList<StreamEvent> events)
    {
        var partitions = events.Select(e => e.Partition).Distinct().Order().ToList();
        foreach (var partition in partitions) _latest[partition] = long.MinValue;
        var stages = Enumerable.Range(0, options.Shuffle == 0 ? 1 : options.Shuffle).Select(_ => new Stage(this)).ToList();
        foreach (var stage in stages) await stage.OpenAsync();
        using var first = options.Shuffle == 0 ? null : await OpenTaskAsync();
        var batch = new EventBatch(StreamEvent.Source.Columns);

        var rest = new Queue<StreamEvent>(events);
        while (rest.Count > 0)
        {
            // A batch holds events of one partition: those that come first, then others overtake.
            var size = random.Next(1, 60);
            var taken = new List<StreamEvent>();
            while (taken.Count < size && rest.TryPeek(out var next) && (taken.Count == 0 || next.Partition == taken[0].Partition)) taken.Add(rest.Dequeue());
            Fill(batch, taken);
            if (first is null)
            {
                await stages[0].ApplyAsync(batch);
            }
            else
            {
                Assert.Empty((await first.ApplyAsync(batch, CancellationToken.None)).Refused);
                var isLastOfPartition = !rest.TryPeek(out var other) || other.Partition != taken[0].Partition;
                if (isLastOfPartition || random.Next(3) > 0) await ShuffleAsync(first, stages, taken[0].Partition);
            }

            if (random.Next(4) == 0)
            {
                if (first is not null) await ShuffleAsync(first, stages, taken[0].Partition);
                var watermark = _latest.Values.Min() is var least && least == long.MinValue ? least : least - options.Delay;
                foreach (var stage in stages) await stage.CommitAndCloseAsync(watermark, options.Allowed);
            }
        }

        foreach (var stage in stages)
        {
            await stage.CommitAndCloseAsync(events.Max(e => e.Time) + (3 * query.Window!.Size), options.Allowed);
            foreach (var (window, given) in stage.Given.Where(g => g.Value.Rows.Count > 0).Select(g => (g.Key, g.Value.Rows)))
            {
                if (!Windows.TryGetValue(window, out var all)) Windows[window] = all = [];
                all.AddRange(given);
            }

            stage.Dispose();
        }

        Accepted.Sort((a, b) => (a.Partition, a.Sequence).CompareTo((b.Partition, b.Sequence)));
    }

    private void Fill(EventBatch batch, IReadOnlyList<StreamEvent> events)
    {
        batch.Clear();
        foreach (var e in events)
        {
            var latest = _latest[e.Partition];
            if (latest != long.MinValue && query.ExpiresAt(e.Time) + options.Allowed <= latest - options.Delay) continue;
            _latest[e.Partition] = Math.Max(latest, e.Time);
            e.AddTo(batch);
            Accepted.Add(e);
        }
    }

    private async Task ShuffleAsync(StreamTask first, IReadOnlyList<Stage> stages, int source)
    {
        foreach (var part in await first.TakeShuffleAsync(stages.Count, query.Shuffle([]), CancellationToken.None))
        {
            await stages[part.Partition].ApplyPartialsAsync(part.Parquet, source);
        }
    }

    private async Task<StreamTask> OpenTaskAsync()
    {
        var task = await StreamTask.OpenAsync(query, new StreamTaskOptions { Folder = folder }, CancellationToken.None);
        foreach (var reference in query.References)
        {
            await task.SetReferenceAsync(reference.Name, [.. options.Symbols.Select(s => new ParquetFile(s))], CancellationToken.None);
        }

        return task;
    }

    private Task<IReadOnlyList<string>> ReadAsync(StreamTask task, WindowResults closed) => rows.OfAsync(task, closed);

    private bool HasCrashes => options.Crashes;

    private bool Dice(int sides) => random.Next(sides) == 0;

    private string File(string kind) => Path.Combine(folder, $"{kind}{Interlocked.Increment(ref _files)}.parquet");

    /// <summary>The warm task that holds windows, with what a host would keep of it in storage.</summary>
    private sealed class Stage(StreamRun run) : IDisposable
    {
        private readonly List<string> _files = [];
        private readonly List<Func<StreamTask, Task>> _sinceCommit = [];
        private StreamPosition _position = StreamPosition.Start;
        private long _closed = long.MinValue;
        private StreamTask? _task;

        public Dictionary<(long, long), (long Revision, IReadOnlyList<string> Rows)> Given { get; } = [];

        public async Task OpenAsync() => _task = await run.OpenTaskAsync();

        public Task ApplyAsync(EventBatch batch)
        {
            var copy = new EventBatch(StreamEvent.Source.Columns);
            foreach (var e in run.Accepted.TakeLast(batch.Count)) e.AddTo(copy);
            return DoAsync(async task => Assert.Empty((await task.ApplyAsync(copy, CancellationToken.None)).Refused));
        }

        public Task ApplyPartialsAsync(ReadOnlyMemory<byte> parquet, int source) =>
            DoAsync(async task => Assert.Equal(0, await task.ApplyPartialsAsync(parquet, source, CancellationToken.None)));

        public async Task CommitAndCloseAsync(long watermark, long allowed)
        {
            await _task!.CloseAsync(watermark, CancellationToken.None);
            if (run.Dice(4))
            {
                _files.Clear();
                var snapshot = run.File("snapshot");
                if (await _task.WriteSnapshotAsync(snapshot, CancellationToken.None) > 0) _files.Add(snapshot);
            }
            else
            {
                var delta = run.File("delta");
                if (await _task.WriteDeltaAsync(delta, CancellationToken.None) > 0) _files.Add(delta);
            }

            (_position, _closed) = (_task.Position, watermark);
            _sinceCommit.Clear();
            if (run.HasCrashes && run.Dice(4)) await CrashAsync();
            await PublishAsync();
            if (run.HasCrashes && run.Dice(4)) await CrashAsync();
            _task.Confirm(watermark == long.MinValue ? watermark : watermark - allowed);
        }

        public void Dispose() => _task?.Dispose();

        private async Task DoAsync(Func<StreamTask, Task> work)
        {
            await work(_task!);
            _sinceCommit.Add(work);
            if (run.HasCrashes && run.Dice(12)) await CrashAsync();
        }

        private async Task CrashAsync()
        {
            _task!.Dispose();
            _task = await run.OpenTaskAsync();
            await _task.RestoreAsync(_files, _position, CancellationToken.None);
            await PublishAsync();
            foreach (var work in _sinceCommit) await work(_task);
        }

        private async Task PublishAsync()
        {
            var results = await _task!.CloseAsync(_closed, CancellationToken.None);
            var all = await run.ReadAsync(_task, results);
            Assert.Equal(results.Rows, all.Count);
            foreach (var window in results.Windows)
            {
                var rows = all.Skip((int)window.FirstRow).Take((int)window.Rows).ToList();
                Assert.Equal(window.Rows, rows.Count);
                if (Given.TryGetValue((window.Start, window.End), out var before))
                {
                    Assert.True(window.Revision >= before.Revision, $"Window {window.Start}..{window.End} went from revision {before.Revision} to {window.Revision}.");
                    if (!before.Rows.SequenceEqual(rows))
                    {
                        Assert.True(window.Revision > before.Revision, $"Window {window.Start}..{window.End} changed within revision {window.Revision}.");
                        run.Corrections++;
                    }
                }

                Given[(window.Start, window.End)] = (window.Revision, rows);
            }
        }
    }
}
