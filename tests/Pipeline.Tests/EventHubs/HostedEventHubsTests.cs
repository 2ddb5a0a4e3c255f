using System.Net.Sockets;
using Microsoft.Extensions.Configuration;
using Pipeline.Embedded.EventHubs;
using Pipeline.Embedded.Hosting;
using Pipeline.Tests.Hosting;

namespace Pipeline.Tests.EventHubs;

/// <summary>A host serves event hubs where its settings declare some, and only there.</summary>
public class HostedEventHubsTests
{
    [Fact]
    public async Task Start_HubDeclared_ListensAndTellsHowToConnect()
    {
        await using var host = await StartAsync(("Pipeline:EventHubs:Port", "0"), ("Pipeline:EventHubs:Hubs:ticks:Partitions", "2"));

        var connection = host.Host.EventHubsConnectionString!;
        var port = int.Parse(connection.Split("localhost:")[1].Split(';')[0], System.Globalization.CultureInfo.InvariantCulture);
        using var client = new TcpClient();
        await client.ConnectAsync("127.0.0.1", port);
        using var shown = new StringWriter();
        host.Host.WriteFunctions(shown);

        Assert.EndsWith("UseDevelopmentEmulator=true;", connection);
        Assert.Contains("ticks  2 partitions", shown.ToString());
        Assert.DoesNotContain(connection.Split("SharedAccessKey=")[1].Split(';')[0], shown.ToString());
    }

    [Fact]
    public async Task Start_NoHubDeclared_ListensNowhere()
    {
        await using var host = await StartAsync(("Pipeline:EventHubs:Port", "0"));

        Assert.Null(host.Host.EventHubsConnectionString);
        Assert.False(Directory.Exists(Path.Combine(host.Root, "eventhubs")));
    }

    [Fact]
    public async Task Start_PortInUse_SaysSo()
    {
        using var other = new TcpListener(System.Net.IPAddress.Loopback, 0);
        other.Start();
        var port = ((System.Net.IPEndPoint)other.LocalEndpoint).Port;

        var refused = await Assert.ThrowsAsync<EmbeddedHostException>(() => StartAsync(("Pipeline:EventHubs:Port", $"{port}"), ("Pipeline:EventHubs:Hubs:ticks:Partitions", "2")));

        Assert.Contains($"cannot listen on port {port}", refused.Message);
    }

    [Fact]
    public async Task Start_PreferredPortInUse_TakesAnother()
    {
        using var other = new TcpListener(System.Net.IPAddress.Loopback, 0);
        other.Start();
        var port = ((System.Net.IPEndPoint)other.LocalEndpoint).Port;

        await using var host = await TestHost.StartAsync([], options: start => start with
        {
            EventHubsPort = port,
            Settings = new Dictionary<string, string?> { ["Pipeline:EventHubs:Hubs:ticks:Partitions"] = "1" },
        });

        Assert.NotEqual(port, host.Host.EventHubs!.Port);
        Assert.True(host.Host.EventHubs.IsMeantBy(host.Host.EventHubsConnectionString!));
        Assert.True(host.Host.EventHubs.IsMeantBy($"SharedAccessKey=k; Endpoint=sb://127.0.0.1:{host.Host.EventHubs.Port}/"));
        Assert.False(host.Host.EventHubs.IsMeantBy($"Endpoint=sb://localhost:{port};UseDevelopmentEmulator=true"));
        Assert.False(host.Host.EventHubs.IsMeantBy($"Endpoint=sb://mine.servicebus.windows.net:{host.Host.EventHubs.Port}"));
        Assert.False(host.Host.EventHubs.IsMeantBy("nothing of the kind"));
    }

    [Fact]
    public void Read_EverySetting_IsInTheDeclaration()
    {
        var options = Read(
            ("Pipeline:EventHubs:Hubs:ticks:Partitions", "8"), ("Pipeline:EventHubs:Hubs:ticks:RetentionHours", "2"),
            ("Pipeline:EventHubs:Hubs:ticks:RetentionMegabytes", "100"), ("Pipeline:EventHubs:Hubs:ticks:ConsumerGroups", "a, b"))!;

        var hub = Assert.Single(options.Hubs);
        Assert.Null(options.Port);
        Assert.Equal(("ticks", 8), (hub.Name, hub.PartitionCount));
        Assert.Equal((TimeSpan.FromHours(2), 100L << 20), (hub.Log.RetentionTime, hub.Log.RetentionBytes));
        Assert.Equal(["a", "b"], hub.ConsumerGroups);
    }

    [Theory]
    [InlineData("Pipeline:EventHubs:Hubs:ticks:Partition", "4", "Did you mean 'Partitions'?")]
    [InlineData("Pipeline:EventHubs:Hubs:ticks:Partitions", "many", "from 1 to 256")]
    [InlineData("Pipeline:EventHubs:Prot", "1", "Did you mean 'Port'?")]
    public void Read_WrongSetting_SaysWhatIsMeant(string key, string value, string expected) =>
        Assert.Contains(expected, Assert.Throws<EmbeddedHostException>(() => Read((key, value))).Message);

    private static EventHubsOptions? Read(params (string Key, string Value)[] settings) =>
        EventHubsSettings.Read(new ConfigurationBuilder().AddInMemoryCollection(settings.Select(one => new KeyValuePair<string, string?>(one.Key, one.Value))).Build());

    private static Task<TestHost> StartAsync(params (string Key, string Value)[] settings) =>
        TestHost.StartAsync([], options: start => start with { Settings = settings.ToDictionary(one => one.Key, one => (string?)one.Value) });
}
