using System.Runtime.CompilerServices;
using System.Text;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Benchmarks.Measuring;
using Pipeline.Storage;
using Pipeline.Streams;

namespace Pipeline.Benchmarks.Streams;

/// <summary>The streams of one hub without a host: what a hub delivers is handed to <see cref="Runtime"/>, and commits go to a folder.</summary>
internal sealed class BareStreams : IAsyncDisposable
{
    private readonly TemporaryFolder _root = new();
    private readonly ServiceProvider _services;

    public BareStreams(string hub, Action<IServiceCollection>? more = null)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection([new("PipelineHub1", hub)]).Build();
        var services = new ServiceCollection()
            .AddSingleton<IConfiguration>(configuration)
            .AddSingleton<IObjectStore>(new DirectoryObjectStore(_root.Path))
            .AddLogging()
            .AddPipelineStorage(configuration)
            .AddStreams(configuration)
            .AddSingleton<IPartitionLog, NoLog>();
        more?.Invoke(services);
        _services = services.BuildServiceProvider();
    }

    public StreamService Streams => _services.GetRequiredService<StreamService>();

    public StreamRuntime Runtime => _services.GetRequiredService<StreamRuntime>();

    /// <summary>Makes a stream.</summary>
    public Task PutAsync(string name, string spec, CancellationToken cancellationToken) => Streams.PutAsync(name, Encoding.UTF8.GetBytes(spec), cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        _root.Dispose();
    }

    /// <summary>A hub that has what it delivers and nothing else.</summary>
    private sealed class NoLog : IPartitionLog
    {
        public Task<int> CountPartitionsAsync(string hub, CancellationToken cancellationToken) => Task.FromResult(1);

        public Task<LogRange> RangeAsync(string hub, int partition, CancellationToken cancellationToken) => Task.FromResult(new LogRange(0, -1, default));

        public Task<long> FirstSinceAsync(string hub, int partition, DateTimeOffset time, CancellationToken cancellationToken) => Task.FromResult(0L);

        public async IAsyncEnumerable<IReadOnlyList<StreamEvent>> ReadAsync(string hub, int partition, long first, long last, [EnumeratorCancellation] CancellationToken cancellationToken)
        {
            await Task.CompletedTask;
            yield break;
        }
    }
}
