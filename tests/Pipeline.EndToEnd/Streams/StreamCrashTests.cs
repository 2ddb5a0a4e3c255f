using System.Text.RegularExpressions;
using Microsoft.Extensions.Logging.Abstractions;
using Pipeline.EndToEnd.Faults;
using Pipeline.Streams;
using Xunit.Abstractions;

namespace Pipeline.EndToEnd.Streams;

/// <summary>Streams of the real executable, killed at random moments while events come: windows and datasets are those of a batch query.</summary>
public sealed class StreamCrashTests(ITestOutputHelper output) : IDisposable
{
    private const int Lives = 7;
    private const string BySymbol = "select symbol, window_start, count(*) as n, sum(price) as total from trades group by symbol, tumble(time, interval '1 minute')";
    private const string BatchBySymbol = "select symbol, time_bucket(interval '1 minute', time) as w, count(*) as n, sum(price) as total from trades group by all";
    private const string Totals = "select window_end, count(*) as n, count(distinct symbol) as symbols from trades group by tumble(time, interval '2 minutes')";
    private const string BatchTotals = "select time_bucket(interval '2 minutes', time) + interval '2 minutes' as w, count(*) as n, count(distinct symbol) as symbols from trades group by all";
    private const string Dear = "select id, symbol, price from trades where price > 90";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("pipeline-stream-crash-");

    public void Dispose() => _folder.Delete(recursive: true);

    [SkippableTheory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Streams_HostKilledAgainAndAgain_GiveWhatABatchQueryGives(bool blobs)
    {
        var random = new Random(Seeds.Next(output));
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(5));
        var root = _folder.FullName;
        await using var store = await HostStore.OpenAsync(blobs, root);
        var trades = new TradeStream(random.Next(), 4_200);
        var shares = trades.Messages.Chunk(600).ToList();

        for (var life = 0; life < Lives; life++)
        {
            await using var host = ServedHost.Start(root, store);
            using var http = await host.ConnectAsync(root, limit.Token);
            if (life == 0)
                await PutAsync(http);
            await SendAsync(host, root, shares[life], limit.Token);
            // Sometimes at once, sometimes when much is done.
            await Task.Delay(random.Next(random.Next(2) == 0 ? 60 : 900), limit.Token);
            await host.Process.KillAsync();
        }

        await using var last = ServedHost.Start(root, store);
        using var asking = await last.ConnectAsync(root, limit.Token);
        await SendAsync(last, root, TradeStream.Flush(4), limit.Token);
        await TradeStream.ExpectAsync(asking, "bars", trades.Batch(BatchBySymbol));
        await TradeStream.ExpectAsync(asking, "totals", trades.Batch(BatchTotals));
        await TradeStream.ExpectDatasetAsync(asking, "dear", "select id, symbol, price from dear", trades.Batch(Dear), limit.Token);
        await TradeStream.ExpectDatasetAsync(asking, "bars", "select symbol, window_start, n, total from bars where symbol <> 'flush'", trades.Batch(BatchBySymbol), limit.Token);
        Assert.Equal(4_204, (await TradeStream.StateAsync(asking, "bars")).Counters.Events);
    }

    private static async Task PutAsync(HttpClient http)
    {
        await TradeStream.PutAsync(http, "bars", TradeStream.Spec(BySymbol, """ "partitionKey": ["symbol"], "sinks": [ { "dataset": "bars" } ] """));
        await TradeStream.PutAsync(http, "totals", TradeStream.Spec(Totals, ""));
        await TradeStream.PutAsync(http, "dear", TradeStream.Spec(Dear, """ "sinks": [ { "dataset": "dear" } ] """));
    }

    // What is acknowledged is in the log; a host is killed only then, so that the sender repeats nothing.
    private static async Task SendAsync(ServedHost host, string root, IReadOnlyList<OutgoingEvent> events, CancellationToken cancellationToken)
    {
        var port = Regex.Match(host.Process.Said, "Event hubs at sb://localhost:([0-9]+)").Groups[1].Value;
        var key = (await File.ReadAllTextAsync(Path.Combine(root, "eventhubs.key"), cancellationToken)).Trim();
        var connection = $"Endpoint=sb://localhost:{port};SharedAccessKeyName=RootManageSharedAccessKey;SharedAccessKey={key};UseDevelopmentEmulator=true;";
        await using var sender = new EventHubSender(
            () => EventHubConnectionSettings.Parse(connection, EventHubServices.ConnectionName), TimeProvider.System, NullLogger<EventHubSender>.Instance);
        await sender.SendAsync("trades", events, cancellationToken);
    }
}
