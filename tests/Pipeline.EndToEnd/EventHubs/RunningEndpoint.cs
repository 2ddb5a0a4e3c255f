using Pipeline.Embedded.EventHubs;

namespace Pipeline.EndToEnd.EventHubs;

/// <summary>An endpoint on a free port with a folder of its own and one hub, <c>ticks</c>, of four partitions.</summary>
internal sealed class RunningEndpoint : IAsyncDisposable
{
    public const string HubName = "ticks";

    private RunningEndpoint(string folder, EventHubsEndpoint endpoint)
    {
        Folder = folder;
        Endpoint = endpoint;
    }

    public string Folder { get; }

    public EventHubsEndpoint Endpoint { get; private set; }

    public EventHub Hub => Endpoint.Hubs[HubName];

    public string ConnectionString => Endpoint.ConnectionString;

    public string Key => ConnectionString.Split("SharedAccessKey=")[1].Split(';')[0];

    public static async Task<RunningEndpoint> StartAsync(string? folder = null, TimeProvider? time = null, int port = 0)
    {
        folder ??= Directory.CreateTempSubdirectory("pipeline-eventhubs-").FullName;
        var hub = new HubDeclaration(HubName, 4) { ConsumerGroups = ["second"] };
        var options = new EventHubsOptions { Root = folder, Port = port, Hubs = [hub], TimeProvider = time ?? TimeProvider.System };
        return new RunningEndpoint(folder, await EventHubsEndpoint.StartAsync(options));
    }

    public long Count => Hub.Partitions.Sum(partition => partition.State.NextSequenceNumber);

    /// <summary>Stops the endpoint and starts it on the same folder and port.</summary>
    public async Task RestartAsync()
    {
        var port = Endpoint.Port;
        await Endpoint.DisposeAsync();
        Endpoint = (await StartAsync(Folder, port: port)).Endpoint;
    }

    public async ValueTask DisposeAsync()
    {
        await Endpoint.DisposeAsync();
        Directory.Delete(Folder, recursive: true);
    }
}
