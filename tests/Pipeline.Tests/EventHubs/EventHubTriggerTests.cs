using System.Text.Json;
using System.Threading.Channels;
using Azure.Messaging.EventHubs;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Time.Testing;
using Pipeline.Embedded.Hosting;

namespace Pipeline.Tests.EventHubs;

/// <summary>What Event Hub functions are given, and what becomes of events whose function fails.</summary>
public sealed class EventHubTriggerTests : IDisposable
{
    private readonly TriggerFixture _fixture = new();
    private readonly Channel<string> _seen = Channel.CreateUnbounded<string>();

    public void Dispose() => _fixture.Dispose();

    [Fact]
    public async Task Trigger_EventsOfAPartition_ComeInOrderWithWhereTheyAreFrom()
    {
        var batches = Channel.CreateUnbounded<(EventData[], IReadOnlyDictionary<string, object?>)>();
        await using var host = await _fixture.StartAsync(typeof(Batches), batches);

        await TriggerFixture.AppendAsync(host, 2, "a", "b");

        var (events, data) = await batches.Reader.ReadAsync();
        Assert.Equal(["a", "b"], events.Select(one => one.EventBody.ToString()));
        Assert.Equal([0L, 1L], events.Select(one => one.SequenceNumber));
        var partition = JsonDocument.Parse((string)data["PartitionContext"]!).RootElement;
        Assert.Equal("2", partition.GetProperty("PartitionId").GetString());
        Assert.Equal("events", partition.GetProperty("EventHubName").GetString());
        Assert.Equal("$Default", partition.GetProperty("ConsumerGroup").GetString());
        Assert.Equal("[0,1]", data["SequenceNumberArray"]);
    }

    [Fact]
    public async Task Trigger_SingleTexts_ComeOneByOne()
    {
        await using var host = await _fixture.StartAsync(typeof(Singles), _seen);

        await TriggerFixture.AppendAsync(host, 0, "a", "b");

        Assert.Equal("a", await _seen.Reader.ReadAsync());
        Assert.Equal("b", await _seen.Reader.ReadAsync());
    }

    [Fact]
    public async Task Trigger_Records_AreReadFromJson()
    {
        await using var host = await _fixture.StartAsync(typeof(Records), _seen);

        await TriggerFixture.AppendAsync(host, 0, """{"symbol":"A","price":1.5}""");

        Assert.Equal("Tick { Symbol = A, Price = 1.5 }", await _seen.Reader.ReadAsync());
    }

    [Fact]
    public async Task Trigger_ClockThatStandsStill_IsSetOffAllTheSame()
    {
        // Nothing waits for a look at the log now and then: an event sets the function off by itself.
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using var host = await _fixture.StartAsync(typeof(Singles), _seen, time);

        foreach (var text in (string[])["a", "b", "c"])
        {
            await TriggerFixture.AppendAsync(host, 0, text);
            Assert.Equal(text, await _seen.Reader.ReadAsync());
        }
    }

    [Fact]
    public async Task Restart_HubDeclaredNoMore_KeepsItsPartitions()
    {
        await using (await _fixture.StartAsync(typeof(Singles), _seen, null, ("Pipeline:EventHubs:Hubs:events:Partitions", "7")))
        {
            // Made with seven.
        }

        await using var again = await _fixture.StartAsync(typeof(Singles), _seen);

        Assert.Equal(7, again.Host.EventHubs!.Hubs["events"].Partitions.Count);
    }

    [Fact]
    public async Task Restart_AfterAStop_GoesOnBehindTheLastEvent()
    {
        await using (var host = await _fixture.StartAsync(typeof(Singles), _seen))
        {
            await TriggerFixture.AppendAsync(host, 0, "a", "b");
            await _seen.Reader.ReadAsync();
            await _seen.Reader.ReadAsync();
        }

        await using var again = await _fixture.StartAsync(typeof(Singles), _seen);
        await TriggerFixture.AppendAsync(again, 0, "c");

        Assert.Equal("c", await _seen.Reader.ReadAsync());
    }

    [Fact]
    public async Task Restart_WithoutTheHubsOldEvents_BeginsAnew()
    {
        await using (var host = await _fixture.StartAsync(typeof(Singles), _seen))
        {
            await TriggerFixture.AppendAsync(host, 0, "old");
            await _seen.Reader.ReadAsync();
            await host.Host.StopAsync();
            Directory.Delete(Path.Combine(host.Root, "eventhubs", "events"), recursive: true);
        }

        await using var again = await _fixture.StartAsync(typeof(Singles), _seen);
        await TriggerFixture.AppendAsync(again, 0, "new");

        Assert.Equal("new", await _seen.Reader.ReadAsync());
    }

    [Fact]
    public async Task Failure_WithRetries_IsTriedAgainAndThenPassedOver()
    {
        await using var host = await _fixture.StartAsync(typeof(Failing), _seen);

        await TriggerFixture.AppendAsync(host, 0, "poison", "good");

        Assert.Equal(["poison 0 of 2", "poison 1 of 2", "poison 2 of 2", "good 0 of 2"], [
            await _seen.Reader.ReadAsync(), await _seen.Reader.ReadAsync(), await _seen.Reader.ReadAsync(), await _seen.Reader.ReadAsync()]);
    }

    [Fact]
    public async Task Failure_RetriedWithoutEnd_IsDeliveredAgainAfterAStop()
    {
        await using (var host = await _fixture.StartAsync(typeof(NeverGivingUp), _seen))
        {
            await TriggerFixture.AppendAsync(host, 0, "stuck");
            await _seen.Reader.ReadAsync();
        }

        await using var again = await _fixture.StartAsync(typeof(Singles), _seen);

        Assert.Equal("stuck", await _seen.Reader.ReadAsync());
    }

    [Fact]
    public async Task Start_HubOfAnUnsetSetting_ListsTheFunctionAsDisabled()
    {
        await using var host = await _fixture.StartAsync(typeof(Unset), _seen);

        var function = Assert.Single(host.Host.Functions);
        Assert.Equal("the setting PipelineHub4 names no event hub", function.Disabled);
        Assert.Null(host.Host.EventHubsConnectionString);
    }

    [Theory]
    [InlineData("AzureWebJobs.Singles.Disabled")]
    [InlineData("AzureWebJobs:Singles:Disabled")]
    public async Task Start_FunctionDisabledBySetting_IsNotRun(string setting)
    {
        await using var host = await _fixture.StartAsync(typeof(Singles), _seen, null, (setting, "true"));

        Assert.Contains(setting, Assert.Single(host.Host.Functions).Disabled);
        Assert.Null(host.Host.EventHubsConnectionString);
    }

    [Fact]
    public async Task Start_TwoFunctionsInOneConsumerGroup_AreRefused()
    {
        var error = await Assert.ThrowsAsync<EmbeddedHostException>(() => _fixture.StartAsync(typeof(Twice), _seen));

        Assert.Contains("Give each a consumer group of its own", error.Message);
    }

    [Theory]
    [InlineData("""{"maxEventBatchSize":0}""", "extensions.eventHubs.maxEventBatchSize is '0'; it must be a whole number from 1 to 100000")]
    [InlineData("""{"maxBatchSize":10}""", "there is no extensions.eventHubs.maxBatchSize")]
    [InlineData("""{"maxEventBatchSize":10,"minEventBatchSize":11}""", "it must be at most maxEventBatchSize, 10")]
    [InlineData("""{"maxWaitTime":"00:20:00"}""", "from 00:00:00.0010000 to 00:10:00")]
    [InlineData("""{"initialOffsetOptions":{"type":"fromBegin"}}""", "fromStart, fromEnd or fromEnqueuedTime")]
    [InlineData("""{"initialOffsetOptions":{"type":"fromEnqueuedTime"}}""", "enqueuedTimeUtc is ''; it must be a time such as")]
    public async Task Start_HostJsonThatCannotBe_SaysWhatIsPossible(string eventHubs, string expected)
    {
        var error = await Assert.ThrowsAsync<EmbeddedHostException>(() => _fixture.StartAsync(typeof(Singles), _seen, eventHubs));

        Assert.Contains(expected, error.Message);
    }

    [Fact]
    public async Task InitialOffset_FromEnd_LeavesOutWhatWasThere()
    {
        await using (var host = await _fixture.StartAsync(typeof(Singles), _seen, null, ("AzureWebJobs.Singles.Disabled", "1"), ("Pipeline:EventHubs:Hubs:events:Partitions", "1")))
        {
            await TriggerFixture.AppendAsync(host, 0, "before");
        }

        await using var again = await _fixture.StartAsync(
            typeof(Singles), _seen, """{"initialOffsetOptions":{"type":"fromEnd"}}""", ("Pipeline:EventHubs:Hubs:events:Partitions", "1"));
        await again.Logs.WaitForAsync("Singles takes events/0");
        await TriggerFixture.AppendAsync(again, 0, "after");

        Assert.Equal("after", await _seen.Reader.ReadAsync());
    }

    public sealed record Tick(string Symbol, double Price);

    public sealed class Batches(Channel<(EventData[], IReadOnlyDictionary<string, object?>)> batches)
    {
        [Function("Batches")]
        public async Task RunAsync(
            [EventHubTrigger("%PipelineHub1%", Connection = "EventHubsConnection", ConsumerGroup = "%PipelineConsumerGroup%")] EventData[] events, FunctionContext context) =>
            await batches.Writer.WriteAsync((events, context.BindingContext.BindingData));
    }

    public sealed class Singles(Channel<string> seen)
    {
        [Function("Singles")]
        public async Task RunAsync([EventHubTrigger("%PipelineHub1%", Connection = "EventHubsConnection", IsBatched = false)] string text) =>
            await seen.Writer.WriteAsync(text);
    }

    public sealed class Records(Channel<string> seen)
    {
        [Function("Records")]
        public async Task RunAsync([EventHubTrigger("events", Connection = "EventHubsConnection")] Tick[] ticks)
        {
            foreach (var tick in ticks) await seen.Writer.WriteAsync($"{tick}");
        }
    }

    public sealed class Failing(Channel<string> seen)
    {
        [Function("Failing")]
        [FixedDelayRetry(2, "00:00:00")]
        public async Task RunAsync([EventHubTrigger("events", Connection = "EventHubsConnection", IsBatched = false)] string text, FunctionContext context)
        {
            await seen.Writer.WriteAsync($"{text} {context.RetryContext!.RetryCount} of {context.RetryContext.MaxRetryCount}");
            if (text == "poison") throw new InvalidOperationException("This one cannot be handled.");
        }
    }

    public sealed class NeverGivingUp(Channel<string> seen)
    {
        [Function("NeverGivingUp")]
        [ExponentialBackoffRetry(-1, "01:00:00", "02:00:00")]
        public async Task RunAsync([EventHubTrigger("events", Connection = "EventHubsConnection")] string[] texts)
        {
            await seen.Writer.WriteAsync(texts[0]);
            throw new InvalidOperationException("Not yet.");
        }
    }

    public sealed class Unset(Channel<string> seen)
    {
        [Function("Unset")]
        public async Task RunAsync([EventHubTrigger("%PipelineHub4%", Connection = "EventHubsConnection")] string[] texts) => await seen.Writer.WriteAsync(texts[0]);
    }

    public static class Twice
    {
        [Function("One")]
        public static void One([EventHubTrigger("events", Connection = "EventHubsConnection")] string[] texts) => _ = texts;

        [Function("Other")]
        public static void Other([EventHubTrigger("Events", Connection = "EventHubsConnection")] string[] texts) => _ = texts;
    }
}
