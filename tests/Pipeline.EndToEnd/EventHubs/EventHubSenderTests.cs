using System.Text;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Pipeline.Embedded.EventHubs.Log;
using Pipeline.Embedded.EventHubs.Trigger;
using Pipeline.Streams;

namespace Pipeline.EndToEnd.EventHubs;

/// <summary>What the app sends arrives, whatever happens to the connection, or an error says why not.</summary>
public class EventHubSenderTests
{
    [Fact]
    public async Task Send_KeyedEvents_GoWhereTheirKeysBelongInTheirOrder()
    {
        await using var running = await RunningEndpoint.StartAsync();
        await using var sender = Sender(running.ConnectionString);

        await sender.SendAsync(RunningEndpoint.HubName, [.. Enumerable.Range(0, 400).Select(i => Event($"{i}", key: $"key {i % 10}"))]);

        for (var partition = 0; partition < 4; partition++)
        {
            var expected = Enumerable.Range(0, 400).Where(i => running.Hub.Route(Encoding.UTF8.GetBytes($"key {i % 10}")) == partition);
            var stored = Stored(running, partition);
            Assert.Equal(expected.Select(i => $"{i}"), stored.Select(one => Encoding.UTF8.GetString(one.Body.Span)));
            Assert.All(stored, one => Assert.StartsWith("key ", one.PartitionKey));
        }
    }

    [Fact]
    public async Task Send_PropertiesAndPartition_ArriveAsTheyWere()
    {
        await using var running = await RunningEndpoint.StartAsync();
        await using var sender = Sender(running.ConnectionString);
        var id = Guid.NewGuid();
        var properties = new Dictionary<string, object> { ["text"] = "t", ["number"] = 5L, ["flag"] = true, ["id"] = id };

        await sender.SendAsync(RunningEndpoint.HubName, [new OutgoingEvent(new byte[300], PartitionKey: "k", PartitionId: "2", Properties: properties)]);

        var stored = Assert.Single(Stored(running, 2));
        Assert.Equal(300, stored.Body.Length);
        Assert.Equal("k", stored.PartitionKey);
        Assert.Equal(("t", 5L, true, id), (stored.Properties["text"], stored.Properties["number"], stored.Properties["flag"], stored.Properties["id"]));
    }

    [Fact]
    public async Task Send_MoreThanAMessageHolds_GoesInSeveral()
    {
        await using var running = await RunningEndpoint.StartAsync();
        await using var sender = Sender(running.ConnectionString);

        await sender.SendAsync(RunningEndpoint.HubName, [.. Enumerable.Range(0, 50).Select(i => new OutgoingEvent(new byte[100_000], PartitionId: "1"))]);

        Assert.Equal(50, running.Count);
    }

    [Fact]
    public async Task Send_EventLargerThanAMessage_IsRefusedWithAdvice()
    {
        await using var running = await RunningEndpoint.StartAsync();
        await using var sender = Sender(running.ConnectionString);

        var refused = await Assert.ThrowsAsync<EventHubException>(() => sender.SendAsync(RunningEndpoint.HubName, [new OutgoingEvent(new byte[1 << 20])]));

        Assert.Contains("1048576 are the most", refused.Message);
        await sender.SendAsync(RunningEndpoint.HubName, [Event("small")]);
        Assert.Equal(1, running.Count);
    }

    [Fact]
    public async Task Send_UnknownHub_IsRefusedAndOthersGoOn()
    {
        await using var running = await RunningEndpoint.StartAsync();
        await using var sender = Sender(running.ConnectionString);

        var refused = await Assert.ThrowsAsync<EventHubException>(() => sender.SendAsync("tick", [Event("a")]));
        await sender.SendAsync(RunningEndpoint.HubName, [Event("a")]);

        Assert.Contains($"Did you mean '{RunningEndpoint.HubName}'?", refused.Message);
        await Assert.ThrowsAsync<EventHubException>(() => sender.CountPartitionsAsync("tick"));
    }

    [Fact]
    public async Task Send_WrongKey_IsRefusedAndTheKeyIsNotShown()
    {
        await using var running = await RunningEndpoint.StartAsync();
        await using var sender = Sender(running.ConnectionString.Replace("SharedAccessKey=", "SharedAccessKey=X", StringComparison.Ordinal));

        var refused = await Assert.ThrowsAsync<EventHubException>(() => sender.SendAsync(RunningEndpoint.HubName, [Event("a")]));

        Assert.Contains("refuses", refused.Message);
        Assert.DoesNotContain(running.Key, refused.ToString());
    }

    [Fact]
    public async Task Send_AfterTheEndpointRestarted_ConnectsAnew()
    {
        await using var running = await RunningEndpoint.StartAsync();
        await using var sender = Sender(running.ConnectionString);
        await sender.SendAsync(RunningEndpoint.HubName, [Event("before")]);

        await running.RestartAsync();
        await sender.SendAsync(RunningEndpoint.HubName, [Event("after")]);

        Assert.Equal(2, running.Count);
    }

    [Fact]
    public async Task Send_WhenTheTokenWouldHaveExpired_HasBeenGivenANewOne()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using var running = await RunningEndpoint.StartAsync(time: time);
        await using var sender = Sender(running.ConnectionString, time);

        for (var hours = 0; hours < 3; hours++)
        {
            await sender.SendAsync(RunningEndpoint.HubName, [Event($"{hours}")]);
            for (var minutes = 0; minutes < 60; minutes += 5) time.Advance(TimeSpan.FromMinutes(5));
        }

        await sender.SendAsync(RunningEndpoint.HubName, [Event("last")]);
        Assert.Equal(4, running.Count);
    }

    [Fact]
    public async Task CountPartitions_OfAHub_AsksIt()
    {
        await using var running = await RunningEndpoint.StartAsync();
        await using var sender = Sender(running.ConnectionString);

        Assert.Equal(4, await sender.CountPartitionsAsync(RunningEndpoint.HubName));
    }

    [Fact]
    public async Task Dispose_Twice_EndsTheSendingForGood()
    {
        await using var running = await RunningEndpoint.StartAsync();
        var sender = Sender(running.ConnectionString);
        await sender.SendAsync(RunningEndpoint.HubName, [Event("a")]);

        await sender.DisposeAsync();
        await sender.DisposeAsync();

        await Assert.ThrowsAsync<ObjectDisposedException>(() => sender.SendAsync(RunningEndpoint.HubName, [Event("b")]));
    }

    [Theory]
    [InlineData("", "Set EventHubsConnection to a connection string")]
    [InlineData("Endpoint=sb://localhost;UseDevelopmentEmulator=true", "lacks SharedAccessKeyName or SharedAccessKey")]
    [InlineData("nonsense", "has no Endpoint")]
    public void Connection_ThatIsNone_SaysWhatIsMissing(string connection, string expected)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection([new("EventHubsConnection", connection)]).Build();

        Assert.Contains(expected, Assert.Throws<EventHubException>(() => EventHubConnectionSettings.Read(configuration, "EventHubsConnection")).Message);
    }

    [Fact]
    public void Connection_ByIdentity_GoesOverTls()
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection([new("EventHubsConnection:fullyQualifiedNamespace", "mine.servicebus.windows.net")]).Build();

        var settings = EventHubConnectionSettings.Read(configuration, "EventHubsConnection");

        Assert.Equal(("mine.servicebus.windows.net", 5671, true), (settings.Host, settings.Port, settings.UseTls));
        Assert.Equal("jwt", settings.Tokens(TimeProvider.System).Type);
    }

    private static EventHubSender Sender(string connectionString, TimeProvider? time = null) => new(
        () => EventHubConnectionSettings.Parse(connectionString, "EventHubsConnection"), time ?? TimeProvider.System, NullLogger<EventHubSender>.Instance);

    private static OutgoingEvent Event(string text, string? key = null) => new(Encoding.UTF8.GetBytes(text), key);

    private static IReadOnlyList<AmqpEvent> Stored(RunningEndpoint running, int partition)
    {
        var read = new List<AmqpEvent>();
        var reader = running.Hub.Partitions[partition].OpenReader(LogPosition.Start);
        while (reader.ReadAvailable() is { Count: > 0 } events)
        {
            read.AddRange(events.Select(one => new AmqpEvent(one, new byte[AmqpEvent.LengthOf(one)], 0)));
        }

        return read;
    }
}
