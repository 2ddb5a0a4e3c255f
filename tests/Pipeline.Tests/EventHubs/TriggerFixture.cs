using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Pipeline.Embedded.EventHubs.Log;
using Pipeline.Storage;
using Pipeline.Tests.Hosting;
using Pipeline.Tests.Storage;

namespace Pipeline.Tests.EventHubs;

/// <summary>A host with Event Hub functions, over folders that outlive it.</summary>
internal sealed class TriggerFixture : IDisposable
{
    private readonly TemporaryFolder _root = new();

    public TriggerFixture() => Store = new DirectoryObjectStore(Path.Combine(_root.Path, "store"), TimeProvider.System);

    public IObjectStore Store { get; }

    /// <summary>Starts a host whose functions get a service from the test.</summary>
    public Task<TestHost> StartAsync<TService>(Type functions, TService service, string? eventHubs = null, params (string Key, string? Value)[] settings)
        where TService : class => StartAsync([functions], service, eventHubs, settings);

    /// <summary>Starts a host with two classes of functions.</summary>
    public Task<TestHost> StartAsync<TService>(Type functions, Type others, TService service, params (string Key, string? Value)[] settings)
        where TService : class => StartAsync([functions, others], service, null, settings);

    /// <summary>Starts a host with a clock of the test's.</summary>
    public Task<TestHost> StartAsync<TService>(Type functions, TService service, TimeProvider time)
        where TService : class => StartAsync([functions], service, null, [], time);

    private Task<TestHost> StartAsync<TService>(Type[] functions, TService service, string? eventHubs, (string Key, string? Value)[] settings, TimeProvider? time = null)
        where TService : class =>
        TestHost.StartAsync(
            functions,
            (builder, _) => builder.Services.AddSingleton(service).AddSingleton(Store),
            hostJson: $$$"""{"version":"2.0","extensions":{"eventHubs":{{{eventHubs ?? "{}"}}} }}""",
            root: _root.Path,
            options: start => start with { LogLevel = LogLevel.Debug, TimeProvider = time ?? TimeProvider.System, Settings = settings.ToDictionary(one => one.Key, one => one.Value) });

    /// <summary>Appends events to a partition of the hub named events.</summary>
    public static async Task AppendAsync(TestHost host, int partition, params string[] texts) =>
        await host.Host.EventHubs!.Hubs["events"].Partitions[partition].AppendAsync([.. texts.Select(text => Event(text))]);

    /// <summary>An event with a text of up to 255 bytes.</summary>
    public static EventToAppend Event(string text, string key = "")
    {
        var body = Encoding.UTF8.GetBytes(text);
        return new EventToAppend(Encoding.UTF8.GetBytes(key), default, 0, (byte[])[0x00, 0x53, 0x75, 0xa0, checked((byte)body.Length), .. body]);
    }

    public void Dispose() => _root.Dispose();
}
