using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Pipeline.Embedded.EventHubs;
using Pipeline.EndToEnd.Faults;
using Pipeline.EndToEnd.Fixtures;
using Pipeline.Streams;
using Xunit.Abstractions;

namespace Pipeline.EndToEnd.Streams;

/// <summary>Two processes of the real executable share a namespace and a store. One is killed with windows open: the other takes its partitions with their state.</summary>
public sealed class StreamTakeoverTests(ITestOutputHelper output) : IDisposable
{
    private const int Partitions = 4;
    private const int Count = 4_000;
    private const string BySymbol = "select symbol, window_start, count(*) as n, sum(price) as total from trades group by symbol, tumble(time, interval '8 minutes')";
    private const string BatchBySymbol = "select symbol, time_bucket(interval '8 minutes', time) as w, count(*) as n, sum(price) as total from trades group by all";
    private const string Totals = "select window_end, count(*) as n, count(distinct symbol) as symbols from trades group by tumble(time, interval '8 minutes')";
    private const string BatchTotals = "select time_bucket(interval '8 minutes', time) + interval '8 minutes' as w, count(*) as n, count(distinct symbol) as symbols from trades group by all";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("pipeline-takeover-");

    public void Dispose() => _folder.Delete(recursive: true);

    [SkippableFact]
    public async Task Streams_OneOfTwoHostsKilledWithWindowsOpen_GiveWhatABatchQueryGives()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(5));
        await using var store = await HostStore.OpenAsync(blobs: true, _folder.FullName);
        await using var hubs = await EventHubsEndpoint.StartAsync(
            new EventHubsOptions
            {
                Root = Root("hubs"),
                Port = 0,
                Hubs = [.. new[] { "trades", "events", "flights", "pipeline-shuffle" }.Select(name => new HubDeclaration(name, Partitions) { ConsumerGroups = ["pipeline-replay"] })],
            },
            limit.Token);
        await using var sender = new EventHubSender(
            () => EventHubConnectionSettings.Parse(hubs.ConnectionString, EventHubServices.ConnectionName), TimeProvider.System, NullLogger<EventHubSender>.Instance);
        await using var first = Start("first", store, hubs);
        await using var second = Start("second", store, hubs);
        using var asking = await first.ConnectAsync(Root("first"), limit.Token);
        using var other = await second.ConnectAsync(Root("second"), limit.Token);
        await TradeStream.PutAsync(asking, "bars", Spec(BySymbol, """ "partitionKey": ["symbol"], "sinks": [ { "dataset": "bars" } ] """));
        await TradeStream.PutAsync(asking, "totals", Spec(Totals, ""));
        await RunningApp.UntilAsync(() => OwnersAsync(store, limit.Token), owners => owners.Count == Partitions && owners.Distinct().Count() == 2);

        // Half of the events have come, and count in the state; their windows are open.
        var trades = new TradeStream(Seeds.Next(output), Count);
        await sender.SendAsync("trades", [.. trades.Messages.Take(Count / 2)], limit.Token);
        await RunningApp.UntilAsync(() => TradeStream.StateAsync(asking, "bars"), state => state.Counters.Events == Count / 2);
        Assert.DoesNotContain(await TradeStream.RowsAsync(asking, "bars"), row => row.Contains("12:00:00", StringComparison.Ordinal));
        await first.Process.KillAsync();
        await sender.SendAsync("trades", [.. trades.Messages.Skip(Count / 2), .. TradeStream.Flush(Partitions)], limit.Token);

        await RunningApp.UntilAsync(() => OwnersAsync(store, limit.Token), owners => owners.Distinct().Count() == 1);
        await TradeStream.ExpectAsync(other, "bars", trades.Batch(BatchBySymbol));
        await TradeStream.ExpectAsync(other, "totals", trades.Batch(BatchTotals));
        await TradeStream.ExpectDatasetAsync(other, "bars", "select symbol, window_start, n, total from bars where symbol <> 'flush'", trades.Batch(BatchBySymbol), limit.Token);
        Assert.Equal(Count + Partitions, (await TradeStream.StateAsync(other, "bars")).Counters.Events);
        var totals = await TradeStream.StateAsync(other, "totals");
        Assert.Equal((0, 0), (totals.Counters.Lost, totals.Alarms.Count));
    }

    // On a slow machine partitions must not be taken for idle while hosts start and leases run out.
    private static string Spec(string query, string more) => TradeStream.Spec(query, more).Replace("\"idle\": \"1s\"", "\"idle\": \"2m\"", StringComparison.Ordinal);

    private string Root(string name) => _folder.CreateSubdirectory(name).FullName;

    private ServedHost Start(string name, HostStore store, EventHubsEndpoint hubs) => ServedHost.Start(
        Root(name),
        store,
        ("EventHubsConnection", hubs.ConnectionString),
        ("AzureFunctionsJobHost__extensions__eventHubs__loadBalancingUpdateInterval", "00:00:01"),
        ("AzureFunctionsJobHost__extensions__eventHubs__partitionOwnershipExpirationInterval", "00:00:08"));

    private static async Task<List<string>> OwnersAsync(HostStore store, CancellationToken cancellationToken)
    {
        var owners = new List<string>();
        await foreach (var file in store.Objects.ListAsync("azure-webjobs-eventhub", "", cancellationToken))
        {
            if (!file.Path.Contains("/trades/", StringComparison.Ordinal) || !file.Path.Contains("/ownership/", StringComparison.Ordinal))
                continue;
            await using var content = await store.Objects.OpenReadAsync(file.Container, file.Path, cancellationToken);
            using var owner = await JsonDocument.ParseAsync(content, cancellationToken: cancellationToken);
            owners.Add(owner.RootElement.GetProperty("owner").GetString()!);
        }

        return owners;
    }
}
