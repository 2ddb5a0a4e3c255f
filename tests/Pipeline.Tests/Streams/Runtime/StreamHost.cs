using System.Text;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Pipeline.Jobs;
using Pipeline.Storage;
using Pipeline.Streams;

namespace Pipeline.Tests.Streams.Runtime;

/// <summary>One host of the app as far as streams go: it shares store, hubs and sinks with the other hosts of a test.</summary>
internal sealed class StreamHost : IAsyncDisposable
{
    private static readonly TimeSpan s_between = TimeSpan.FromMilliseconds(50);

    private readonly ServiceProvider _services;
    private readonly FakeTimeProvider _time;

    public StreamHost(IObjectStore store, FakeHubs hubs, RecordingSinkKind sink, FakeScorers models, FakeTimeProvider time)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection([new("PipelineHub1", "trades"), new("PipelineHub2", "events")]).Build();
        var services = new ServiceCollection()
            .AddSingleton<IConfiguration>(configuration)
            .AddSingleton<TimeProvider>(time)
            .AddSingleton(store)
            .AddLogging()
            .AddPipelineStorage(configuration)
            .AddStreams(configuration)
            .AddSingleton<IPartitionLog>(hubs)
            .AddSingleton<IShuffleChannel>(hubs)
            .AddSingleton<IStreamSinkKind>(sink)
            .AddSingleton<IRowScorers>(models)
            .AddSingleton<IDataPolicy>(new Policy(Uses));
        _services = services.BuildServiceProvider();
        (Hubs, _time) = (hubs, time);
    }

    /// <summary>What the rules about data were asked for.</summary>
    public List<DataUse> Uses { get; } = [];

    public FakeHubs Hubs { get; }

    public StreamService Streams => _services.GetRequiredService<StreamService>();

    public ReferenceTables References => _services.GetRequiredService<ReferenceTables>();

    public StreamRuntime Runtime => _services.GetRequiredService<StreamRuntime>();

    public Task PutAsync(string name, string json) => Streams.PutAsync(name, Encoding.UTF8.GetBytes(json), default);

    /// <summary>Lets a stream begin again: at <c>"earliest"</c>, a time or sequence numbers, in JSON.</summary>
    public Task<StreamView?> RewindAsync(string name, string to) => Streams.RewindAsync(name, Encoding.UTF8.GetBytes($$"""{ "to": {{to}} }"""), default);

    public Task<StreamWindowsView?> WindowsAsync(string name, int top = 10) => _services.GetRequiredService<StreamWindows>().ReadAsync(name, top, default);

    public async Task<StreamStateView> StateAsync(string name) => (await Streams.StateAsync(name, default))!;

    /// <summary>Delivers events of a partition, as a trigger does, so long after the last ones that they do not wait for more.</summary>
    public Task DeliverAsync(int partition, int first, int count)
    {
        _time.Advance(s_between);
        return DeliverAtOnceAsync(partition, first, count);
    }

    /// <summary>Delivers events of a partition right after the last ones.</summary>
    public Task DeliverAtOnceAsync(int partition, int first, int count) =>
        Runtime.ProcessAsync("trades", partition, [.. Hubs.Log("trades", partition).Skip(first).Take(count)], default);

    /// <summary>Delivers messages of the shuffle from a place on, and gives the place behind them.</summary>
    public async Task<int> ShuffleAsync(int partition, int first)
    {
        var messages = Hubs.Log(FakeHubs.Shuffle, partition).Skip(first).ToList();
        if (messages.Count > 0)
            await Runtime.ShuffleAsync(partition, messages, default);
        return first + messages.Count;
    }

    public Task TickAsync() => Runtime.TickAsync(default);

    public ValueTask DisposeAsync() => _services.DisposeAsync();

    private sealed class Policy(List<DataUse> uses) : IDataPolicy
    {
        public Task EnsureAsync(DataUse use, CancellationToken cancellationToken)
        {
            lock (uses)
                uses.Add(use);
            return Task.CompletedTask;
        }
    }
}
