using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Pipeline.Embedded.EventHubs;
using Pipeline.Embedded.EventHubs.Log;
using Pipeline.Embedded.EventHubs.Trigger;
using Pipeline.EndToEnd.EventHubs;
using Pipeline.EndToEnd.Fixtures;
using Pipeline.Storage;
using Pipeline.Streams;
using Xunit.Abstractions;

namespace Pipeline.EndToEnd.Faults;

/// <summary>Events survive the death of whoever stores them or works on them, at any moment.</summary>
public sealed class EventCrashTests(ITestOutputHelper output) : IDisposable
{
    private const int Partitions = 4;
    private const int Kills = 6;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("pipeline-event-crash-");
    private readonly CancellationTokenSource _limit = new(TimeSpan.FromMinutes(3));

    public void Dispose()
    {
        _limit.Dispose();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task Hosts_OfOneStore_ShareThePartitionsAndTakeThoseOfAKilledOne()
    {
        await using var running = await RunningEndpoint.StartAsync();
        var store = new DirectoryObjectStore(Path.Combine(_folder.FullName, "store"));
        await using var one = Start("one", ("EventHubsConnection", running.ConnectionString));
        await using var two = Start("two", ("EventHubsConnection", running.ConnectionString));
        await one.HearAsync("ready", _limit.Token);
        await two.HearAsync("ready", _limit.Token);

        await RunningApp.UntilAsync(() => OwnersAsync(store), owners => owners.Count == Partitions && owners.GroupBy(owner => owner).All(same => same.Count() == Partitions / 2));
        await RunningApp.UntilAsync(() => WhoSeesAsync(running.Hub), seen => seen.One.Count == Partitions / 2 && seen.Two.Count == Partitions / 2);

        var appending = AppendAsync(running.Hub, 250);
        await one.KillAsync();
        await appending;
        await AllAreSeenAsync(running.Hub);

        Assert.Single((await OwnersAsync(store)).Distinct());
        // Whoever works on a partition gets its events in order, each once.
        Assert.All((string[])["one", "two"], host => Assert.All(
            Seen(host).GroupBy(seen => seen.Partition), of => Assert.Equal(of.Select(seen => seen.Sequence).Distinct().Order(), of.Select(seen => seen.Sequence))));
        // What the killed host was through with, but for what its last checkpoint did not know of, is not done again.
        var again = Seen("one").Select(seen => (seen.Partition, seen.Sequence)).Intersect(Seen("two").Select(seen => (seen.Partition, seen.Sequence))).Count();
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{again} of {running.Count} events were delivered again."));
    }

    [SkippableFact]
    public async Task Host_FrozenUntilAnotherHasItsPartitions_MovesNoCheckpointBackWhenItWakes()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "Freezing a process takes signals, and Linux's account of processes.");
        await using var running = await RunningEndpoint.StartAsync();
        var store = new DirectoryObjectStore(Path.Combine(_folder.FullName, "store"));
        await using var one = Start("one", ("EventHubsConnection", running.ConnectionString));
        await RunningApp.UntilAsync(() => OwnersAsync(store), owners => owners.Count == Partitions);
        await AppendAsync(running.Hub, 20);
        await AllAreSeenAsync(running.Hub);

        await using var two = Start("two", ("EventHubsConnection", running.ConnectionString));
        await FreezeAsync(one);
        await AppendAsync(running.Hub, 200);
        await AllAreSeenAsync(running.Hub);
        await RunningApp.UntilAsync(() => CheckpointsAsync(store), all => all.All(at => at == 219));
        var before = await CheckpointsAsync(store);
        await one.SignalAsync("CONT");

        // It goes on where it was frozen, finds out, and gets its share back in order.
        await RunningApp.UntilAsync(async () =>
        {
            var now = await CheckpointsAsync(store);
            Assert.All(now.Zip(before), at => Assert.True(at.First >= at.Second, "A checkpoint went back."));
            before = now;
            return await WhoSeesAsync(running.Hub);
        }, seen => seen.One.Count == Partitions / 2 && seen.Two.Count == Partitions / 2);
    }

    [Fact]
    public async Task Host_StoppedInOrder_LeavesItsPartitionsAtOnceAndNothingIsDeliveredAgain()
    {
        await using var running = await RunningEndpoint.StartAsync();
        await using (var one = Start("one", ("EventHubsConnection", running.ConnectionString)))
        {
            await one.HearAsync("ready", _limit.Token);
            await AppendAsync(running.Hub, 100);
            await AllAreSeenAsync(running.Hub);
            one.CloseInput();
            Assert.Equal(0, await one.Ended);
        }

        await using var two = Start("two", ("EventHubsConnection", running.ConnectionString));
        await AppendAsync(running.Hub, 10);
        await AllAreSeenAsync(running.Hub);

        Assert.Empty(Seen("one").Select(seen => (seen.Partition, seen.Sequence)).Intersect(Seen("two").Select(seen => (seen.Partition, seen.Sequence))));
    }

    [Fact]
    public async Task Endpoint_KilledAgainAndAgain_KeepsWhatItAcknowledgedWithoutGaps()
    {
        var random = new Random(Seeds.Next(output));
        var port = FreePort().ToString(CultureInfo.InvariantCulture);
        (string, string)[] settings = [("Pipeline__EventHubs__Port", port), ($"Pipeline__EventHubs__Hubs__{RunningEndpoint.HubName}__Partitions", $"{Partitions}")];
        var acknowledged = new ConcurrentQueue<string>();
        using var enough = new CancellationTokenSource();
        string? connection = null;
        EventHubSender? sender = null;
        Task? sending = null;

        for (var life = 0; life < Kills; life++)
        {
            await using var host = Start("one", settings);
            connection = await host.HearAsync("ready ", _limit.Token);
            sender ??= new EventHubSender(() => EventHubConnectionSettings.Parse(connection, "connection"), TimeProvider.System, NullLogger<EventHubSender>.Instance);
            sending ??= SendAsync(sender, acknowledged, enough.Token);
            var enoughForThisLife = acknowledged.Count + random.Next(50, 300);
            await RunningApp.UntilAsync(() => Task.FromResult(acknowledged.Count), count => count > enoughForThisLife);
            await Task.Delay(TimeSpan.FromMilliseconds(random.NextDouble() * 30), _limit.Token);
            await host.KillAsync();
            // As if the system had died in the middle of a write.
            foreach (var partition in Enumerable.Range(0, Partitions)) Tear(partition, random);
        }

        await using (var host = Start("one", settings))
        {
            await host.HearAsync("ready ", _limit.Token);
            await enough.CancelAsync();
            await sending!;
            await RunningApp.UntilAsync(() => Task.FromResult(Seen("one").Select(seen => seen.Text).ToHashSet()), seen => acknowledged.All(seen.Contains));
            host.CloseInput();
            Assert.Equal(0, await host.Ended);
        }

        await sender!.DisposeAsync();
        using var hub = EventHub.Open(
            Path.Combine(_folder.FullName, "one", "eventhubs", RunningEndpoint.HubName), new HubDeclaration(RunningEndpoint.HubName, Partitions), TimeProvider.System, NullLogger.Instance);
        var stored = hub.Partitions.SelectMany(Read).ToList();
        Assert.All(hub.Partitions, partition => Assert.Equal(Enumerable.Range(0, (int)partition.State.NextSequenceNumber).Select(i => (long)i), Read(partition).Select(one => one.Sequence)));
        Assert.Empty(acknowledged.Except(stored.Select(one => one.Text)));
        Assert.True(acknowledged.Count > 50 * Kills, "Too little was sent between the kills.");
        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{Kills} kills, {acknowledged.Count} events acknowledged, {stored.Count} stored: {stored.Count - stored.Select(one => one.Text).Distinct().Count()} of them twice, sent again because the answer was lost."));
    }

    private HostProcess Start(string name, params (string Name, string Value)[] environment) => HostProcess.Start(
        HostProcess.Command("Pipeline.EndToEnd", EventWorkload.Verb, Path.Combine(_folder.FullName, name), NotesOf(name)),
        _folder.FullName,
        environment.Append(("Pipeline__StoreRoot", Path.Combine(_folder.FullName, "store"))).ToDictionary(one => one.Item1, one => one.Item2));

    private string NotesOf(string name) => Path.Combine(_folder.FullName, $"{name}.notes");

    private IReadOnlyList<(int Partition, long Sequence, string Text)> Seen(string name) => EventWorkload.Notes.Read(NotesOf(name));

    private async Task AllAreSeenAsync(EventHub hub)
    {
        var expected = hub.Partitions.Select((partition, id) => (id, partition.State.NextSequenceNumber)).SelectMany(of => Enumerable.Range(0, (int)of.NextSequenceNumber).Select(i => (of.id, (long)i))).ToHashSet();
        await RunningApp.UntilAsync(
            () => Task.FromResult(Seen("one").Concat(Seen("two")).Select(seen => (seen.Partition, seen.Sequence)).ToHashSet()), expected.IsSubsetOf);
    }

    private static async Task AppendAsync(EventHub hub, int count)
    {
        for (var i = 0; i < count; i++) await Task.WhenAll(hub.Partitions.Select(partition => partition.AppendAsync([Events.Json($"{i}")])));
    }

    /// <summary>Appends an event to each partition, and tells who has been given those of which.</summary>
    private async Task<(IReadOnlyList<int> One, IReadOnlyList<int> Two)> WhoSeesAsync(EventHub hub)
    {
        await AppendAsync(hub, 1);
        await AllAreSeenAsync(hub);
        return (LastSeen("one"), LastSeen("two"));

        IReadOnlyList<int> LastSeen(string host) =>
            [.. Seen(host).Where(seen => seen.Sequence == hub.Partitions[seen.Partition].State.NextSequenceNumber - 1).Select(seen => seen.Partition)];
    }

    // Sends three events at a time until told to stop, and notes those that the endpoint has acknowledged.
    private static async Task SendAsync(EventHubSender sender, ConcurrentQueue<string> acknowledged, CancellationToken enough)
    {
        for (var i = 0; !enough.IsCancellationRequested; i += 3)
        {
            string[] texts = [$"event {i}", $"event {i + 1}", $"event {i + 2}"];
            try
            {
                await sender.SendAsync(RunningEndpoint.HubName, [.. texts.Select(text => new OutgoingEvent(Encoding.UTF8.GetBytes(text), PartitionKey: text))], CancellationToken.None);
            }
            catch (EventHubException)
            {
                // The endpoint is away for long: what it has not acknowledged need not be there.
                continue;
            }

            foreach (var text in texts) acknowledged.Enqueue(text);
        }
    }

    private void Tear(int partition, Random random)
    {
        var file = Directory.GetFiles(Path.Combine(_folder.FullName, "one", "eventhubs", RunningEndpoint.HubName, $"{partition}"), "*" + LogSegment.Extension).Order(StringComparer.Ordinal).Last();
        var garbage = new byte[random.Next(3000)];
        random.NextBytes(garbage);
        using var stream = new FileStream(file, FileMode.Append);
        stream.Write(garbage);
    }

    private static List<(long Sequence, string Text)> Read(PartitionLog partition)
    {
        var read = new List<(long, string)>();
        var reader = partition.OpenReader(LogPosition.Start);
        while (reader.ReadAvailable() is { Count: > 0 } events) read.AddRange(events.Select(one => (one.SequenceNumber, Encoding.UTF8.GetString(EventBody.Find(one.Sections).Span))));
        return read;
    }

    private static async Task<List<string>> OwnersAsync(DirectoryObjectStore store)
    {
        var owners = new List<string>();
        await foreach (var info in store.ListAsync(HubObjects.Container, "localhost/ticks/$default/ownership/", CancellationToken.None))
        {
            await using var content = await store.OpenReadAsync(info.Container, info.Path, CancellationToken.None);
            using var reader = new StreamReader(content);
            owners.Add(await reader.ReadToEndAsync());
        }

        return owners;
    }

    // Not while it holds a lock of the directory store: only the end of a process frees those, and here it is to live on.
    private async Task FreezeAsync(HostProcess host)
    {
        await RunningApp.UntilAsync(
            async () =>
            {
                await host.SignalAsync("STOP");
                await RunningApp.UntilAsync(() => File.ReadAllTextAsync($"/proc/{host.Id}/stat"), stat => stat.Contains(") T ", StringComparison.Ordinal));
                var isFree = Directory.GetFiles(Path.Combine(_folder.FullName, "store", ".store", "locks")).All(IsFree);
                if (!isFree) await host.SignalAsync("CONT");
                return isFree;
            },
            isFree => isFree);

        static bool IsFree(string file)
        {
            try
            {
                using var held = new FileStream(file, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
                return true;
            }
            catch (IOException)
            {
                return false;
            }
        }
    }

    private static async Task<IReadOnlyList<long>> CheckpointsAsync(DirectoryObjectStore store)
    {
        var objects = new HubObjects(store, "localhost", RunningEndpoint.HubName, HubDeclaration.DefaultConsumerGroup);
        var read = await Task.WhenAll(Enumerable.Range(0, Partitions).Select(partition => objects.ReadAsync<Checkpoint>(objects.CheckpointPath($"{partition}"), CancellationToken.None)));
        return [.. read.Select(found => found?.Value.SequenceNumber ?? -1)];
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
