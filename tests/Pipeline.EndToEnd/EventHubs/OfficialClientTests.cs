using System.Text.Json;

namespace Pipeline.EndToEnd.EventHubs;

/// <summary>The official npm client, unmodified and in its own process, with the endpoint's connection string.</summary>
public class OfficialClientTests
{
    private const string FromStart = """{"offset":"-1"}""";

    [SkippableFact]
    public async Task Send_KeyedBatches_ArriveInOrderOfTheirKeysWithEverythingTheyCarried()
    {
        await using var running = await RunningEndpoint.StartAsync();

        await RunAsync(running, "send.mjs", "10000", "100", "8");

        Assert.Equal(10_000, running.Count);
        var received = new List<JsonElement>();
        for (var partition = 0; partition < 4; partition++)
        {
            var count = running.Hub.Partitions[partition].State.NextSequenceNumber;
            if (count == 0) continue;
            var events = await RunAsync(running, "receive.mjs", $"{partition}", FromStart, $"{count}");
            Assert.Equal(Enumerable.Range(0, (int)count).Select(i => (long)i), events.Select(one => one.GetProperty("sequenceNumber").GetInt64()));
            foreach (var key in events.GroupBy(one => one.GetProperty("key").GetString()))
            {
                Assert.Equal(partition, running.Hub.Route(System.Text.Encoding.UTF8.GetBytes(key.Key!)));
                Assert.Equal(key.Select(Number).Order(), key.Select(Number));
            }

            received.AddRange(events);
        }

        Assert.Equal(Enumerable.Range(0, 10_000), received.Select(Number).Order());
        Assert.All(received, one =>
        {
            Assert.Equal("npm", one.GetProperty("properties").GetProperty("source").GetString());
            Assert.Equal($"m{Number(one)}", one.GetProperty("messageId").GetString());
        });
    }

    [SkippableFact]
    public async Task Receive_FromAnOffsetSequenceNumberOrTime_HasNoGapAndNoDuplicateAcrossARestart()
    {
        await using var running = await RunningEndpoint.StartAsync();
        await RunAsync(running, "send.mjs", "600", "100", "1");
        var partition = Enumerable.Range(0, 4).Single(id => !running.Hub.Partitions[id].State.IsEmpty);
        var before = await RunAsync(running, "receive.mjs", $"{partition}", FromStart, "250");
        var last = before[^1];

        await running.RestartAsync();

        var byOffset = JsonSerializer.Serialize(new { offset = last.GetProperty("offset").GetString() });
        var rest = await RunAsync(running, "receive.mjs", $"{partition}", byOffset, "350");
        Assert.Equal(Enumerable.Range(0, 600), before.Concat(rest).Select(Number));
        var bySequence = JsonSerializer.Serialize(new { sequenceNumber = 249 });
        Assert.Equal(Enumerable.Range(250, 350), (await RunAsync(running, "receive.mjs", $"{partition}", bySequence, "350")).Select(Number));
        var byTime = JsonSerializer.Serialize(new { enqueuedOn = last.GetProperty("enqueued").GetInt64() - 1 });
        Assert.True(Number((await RunAsync(running, "receive.mjs", $"{partition}", byTime, "1"))[0]) <= 249);
    }

    [SkippableFact]
    public async Task Receive_FromACheckpointOfALogThatIsNoMore_IsAnArgumentError()
    {
        await using var running = await RunningEndpoint.StartAsync();

        var answer = Assert.Single(await RunAsync(running, "receive.mjs", "0", """{"offset":"123456"}""", "1"));

        Assert.Equal("ArgumentError", answer.GetProperty("error").GetString());
        Assert.Contains("delete it, or start from the beginning", answer.GetProperty("message").GetString());
    }

    [SkippableFact]
    public async Task Describe_HubAndPartitions_TellsWhatIsThere()
    {
        await using var running = await RunningEndpoint.StartAsync();
        await RunAsync(running, "send.mjs", "10", "10", "1");
        var filled = Enumerable.Range(0, 4).Single(id => !running.Hub.Partitions[id].State.IsEmpty);

        var answers = await RunAsync(running, "describe.mjs");

        Assert.Equal("ticks", answers[0].GetProperty("name").GetString());
        Assert.Equal(["0", "1", "2", "3"], answers[0].GetProperty("partitionIds").EnumerateArray().Select(id => id.GetString()));
        for (var id = 0; id < 4; id++)
        {
            var partition = answers[1 + id];
            Assert.Equal(id != filled, partition.GetProperty("isEmpty").GetBoolean());
            Assert.Equal(id == filled ? 9 : -1, partition.GetProperty("lastEnqueuedSequenceNumber").GetInt64());
        }
    }

    [SkippableFact]
    public async Task Describe_UnknownHub_IsNotFoundWithTheNearestName()
    {
        await using var running = await RunningEndpoint.StartAsync();

        var answer = Assert.Single(await NodeScript.RunAsync("describe.mjs", running.ConnectionString, "tick"));

        Assert.Equal("MessagingEntityNotFoundError", answer.GetProperty("error").GetString());
        Assert.Contains("Did you mean 'ticks'?", answer.GetProperty("message").GetString());
    }

    [SkippableFact]
    public async Task Describe_WrongKey_IsUnauthorized()
    {
        await using var running = await RunningEndpoint.StartAsync();

        var answer = Assert.Single(await NodeScript.RunAsync("describe.mjs", running.ConnectionString.Replace(running.Key, "not" + running.Key, StringComparison.Ordinal), "ticks"));

        Assert.Equal("UnauthorizedError", answer.GetProperty("error").GetString());
    }

    [SkippableFact]
    public async Task Send_UpToAndBeyondOneMegabyte_IsStoredOrRefused()
    {
        await using var running = await RunningEndpoint.StartAsync();

        var answers = await RunAsync(running, "limit.mjs");

        Assert.Equal(1 << 20, answers[0].GetProperty("maxSizeInBytes").GetInt64());
        Assert.False(answers[0].GetProperty("tooLargeFits").GetBoolean());
        Assert.True(answers[1].GetProperty("largeFits").GetBoolean());
        Assert.Equal("MessageTooLargeError", answers[2].GetProperty("error").GetString());
        Assert.Equal(1, running.Count);
    }

    [SkippableFact]
    public async Task Receive_HigherOwnerLevel_TakesThePartitionAndALowerOneIsRefused()
    {
        await using var running = await RunningEndpoint.StartAsync();
        await running.Hub.Partitions[0].AppendAsync([Events.Json("""{"number":7}""")]);

        var answers = await RunAsync(running, "evict.mjs");

        Assert.Equal(7, answers[0].GetProperty("one").GetInt32());
        Assert.Equal(7, answers[1].GetProperty("two").GetInt32());
        Assert.Equal("ReceiverDisconnectedError", answers[2].GetProperty("oneLost").GetString());
        Assert.Equal("ReceiverDisconnectedError", answers[3].GetProperty("lowLost").GetString());
    }

    [SkippableFact]
    public async Task Receive_TwoConsumersWithOneCheckpointStore_ShareThePartitionsAndGetEveryEvent()
    {
        await using var running = await RunningEndpoint.StartAsync();
        await RunAsync(running, "send.mjs", "2000", "50", "16");

        var answers = await RunAsync(running, "balance.mjs", "2000");

        Assert.Equal("[4]", answers[0].GetProperty("alone").GetRawText());
        Assert.Equal("[2,2]", answers[1].GetProperty("together").GetRawText());
        Assert.Equal(2000, answers[2].GetProperty("distinct").GetInt32());
    }

    [SkippableFact]
    public async Task Connect_FortyClientsAtOnce_AreAllServed()
    {
        await using var running = await RunningEndpoint.StartAsync();

        var answer = Assert.Single(await RunAsync(running, "crowd.mjs", "40"));

        Assert.Equal(40, answer.GetProperty("answered").GetInt32());
        Assert.Equal([4], answer.GetProperty("partitions").EnumerateArray().Select(count => count.GetInt32()));
        Assert.Equal(40, running.Count);
    }

    private static int Number(JsonElement received) => received.GetProperty("body").GetProperty("number").GetInt32();

    private static Task<IReadOnlyList<JsonElement>> RunAsync(RunningEndpoint running, string script, params string[] arguments) =>
        NodeScript.RunAsync(script, running.ConnectionString, RunningEndpoint.HubName, arguments);
}
