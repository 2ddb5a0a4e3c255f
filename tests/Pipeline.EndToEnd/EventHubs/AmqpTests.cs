using System.Net.Sockets;
using System.Text;
using Amqp;
using Amqp.Framing;
using Amqp.Types;
using Microsoft.Extensions.Time.Testing;
using Pipeline.Embedded.EventHubs;
using Pipeline.Embedded.EventHubs.Amqp;
using Pipeline.Embedded.EventHubs.Log;
using Pipeline.Embedded.Hosting;

namespace Pipeline.EndToEnd.EventHubs;

/// <summary>What AMQP clients see of the endpoint, also those that the official ones are not.</summary>
public class AmqpTests
{
    [Fact]
    public async Task Attach_WithoutAToken_IsRefusedWhateverTheLink()
    {
        await using var running = await RunningEndpoint.StartAsync();
        await using var client = await AmqpClient.ConnectAsync(running);

        foreach (var link in (Link[])[client.Sender(), client.Receiver(0), client.Sender("$management"), new ReceiverLink(client.Session, "m", "$management")])
        {
            Assert.Equal(AmqpErrors.Unauthorized, (await AmqpClient.ClosedAsync(link)).Condition);
        }
    }

    [Fact]
    public async Task PutToken_WrongKeyOtherHubOrExpired_OpensNothing()
    {
        await using var running = await RunningEndpoint.StartAsync();
        await using var client = await AmqpClient.ConnectAsync(running);

        Assert.Equal(401, await client.PutTokenAsync("sb://localhost/ticks", DateTimeOffset.UtcNow.AddHours(1), "some other key"));
        Assert.Equal(401, await client.PutTokenAsync("sb://localhost/ticks", DateTimeOffset.UtcNow.AddHours(-1)));
        Assert.Equal(202, await client.PutTokenAsync("sb://localhost/other", DateTimeOffset.UtcNow.AddHours(1)));

        Assert.Equal(AmqpErrors.Unauthorized, (await AmqpClient.ClosedAsync(client.Sender())).Condition);
    }

    [Fact]
    public async Task Token_ThatExpires_ClosesWhatItOpened()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using var running = await RunningEndpoint.StartAsync(time: time);
        await using var client = await AmqpClient.ConnectWithTokenAsync(running);
        var (sender, receiver) = (client.Sender("ticks/Partitions/0"), client.Receiver(0));
        await sender.SendAsync(new Message("in time"), AmqpClient.Patience);
        Assert.Equal("in time", (await receiver.ReceiveAsync(AmqpClient.Patience)).Body);

        time.Advance(TimeSpan.FromHours(2));
        await running.Hub.Partitions[0].AppendAsync([Events.Json("late")]);

        Assert.Equal(AmqpErrors.Unauthorized, (await AmqpClient.ClosedAsync(receiver)).Condition);
        sender.Send(new Message("late"), null, null);
        Assert.Equal(AmqpErrors.Unauthorized, (await AmqpClient.ClosedAsync(sender)).Condition);
        Assert.Equal(2, running.Count);
    }

    [Theory]
    [InlineData("ticks/Partitions/9", AmqpErrors.ArgumentOutOfRange)]
    [InlineData("ticks/Partitions/x", AmqpErrors.ArgumentOutOfRange)]
    [InlineData("ticks/0", AmqpErrors.NotFound)]
    public async Task Attach_WrongAddress_SaysWhatIsWrong(string address, string condition)
    {
        await using var running = await RunningEndpoint.StartAsync();
        await using var client = await AmqpClient.ConnectWithTokenAsync(running);

        Assert.Equal(condition, (await AmqpClient.ClosedAsync(client.Sender(address))).Condition);
    }

    [Fact]
    public async Task Attach_UnknownConsumerGroup_NamesTheNearest()
    {
        await using var running = await RunningEndpoint.StartAsync();
        await using var client = await AmqpClient.ConnectWithTokenAsync(running);

        var error = await AmqpClient.ClosedAsync(client.Receiver(0, group: "secnd"));

        Assert.Equal(AmqpErrors.NotFound, error.Condition);
        Assert.Contains("Did you mean 'second'?", error.Description);
    }

    [Fact]
    public async Task SendAndReceive_PlainMessageAndBatch_KeepEverything()
    {
        await using var running = await RunningEndpoint.StartAsync();
        await using var client = await AmqpClient.ConnectWithTokenAsync(running);
        var sender = client.Sender("ticks/Partitions/2");
        var plain = new Message { BodySection = new Data { Binary = [1, 2, 3] }, ApplicationProperties = new ApplicationProperties { ["n"] = 1 } };
        var empty = new Message { Properties = new Properties { Subject = "no body" }, BodySection = new Data { Binary = [] } };

        await sender.SendAsync(plain, AmqpClient.Patience);
        await sender.SendAsync(AmqpClient.Batch([new Message("text"), empty], "key"), AmqpClient.Patience);

        var receiver = client.Receiver(2);
        var first = await receiver.ReceiveAsync(AmqpClient.Patience);
        var second = await receiver.ReceiveAsync(AmqpClient.Patience);
        var third = await receiver.ReceiveAsync(AmqpClient.Patience);
        Assert.Equal([1, 2, 3], (byte[])first.Body);
        Assert.Equal(1, first.ApplicationProperties["n"]);
        Assert.Equal("text", second.Body);
        Assert.Equal("key", second.MessageAnnotations[new Symbol("x-opt-partition-key")]);
        Assert.Equal("no body", third.Properties.Subject);
        Assert.Equal([0L, 1L, 2L], new[] { first, second, third }.Select(message => (long)message.MessageAnnotations[new Symbol("x-opt-sequence-number")]));
    }

    [Fact]
    public async Task Send_KeyedMessages_GoToThePartitionOfTheirKey()
    {
        await using var running = await RunningEndpoint.StartAsync();
        await using var client = await AmqpClient.ConnectWithTokenAsync(running);
        var sender = client.Sender();
        var keys = Enumerable.Range(0, 40).Select(i => $"key {i}").ToArray();

        foreach (var key in keys) await sender.SendAsync(AmqpClient.Batch([new Message(key)], key), AmqpClient.Patience);

        for (var partition = 0; partition < 4; partition++)
        {
            var expected = keys.Where(key => running.Hub.Route(Encoding.UTF8.GetBytes(key)) == partition).ToArray();
            var receiver = client.Receiver(partition);
            foreach (var key in expected) Assert.Equal(key, (await receiver.ReceiveAsync(AmqpClient.Patience)).Body);
        }
    }

    [Theory]
    [InlineData(ProducerLink.LargestMessage - 100, null)]
    [InlineData(ProducerLink.LargestMessage, AmqpErrors.TooLarge)]
    public async Task Send_AroundOneMegabyte_IsStoredOrRejected(int bodyBytes, string? condition)
    {
        await using var running = await RunningEndpoint.StartAsync();
        await using var client = await AmqpClient.ConnectWithTokenAsync(running);
        var sending = client.Sender().SendAsync(new Message { BodySection = new Data { Binary = new byte[bodyBytes] } }, AmqpClient.Patience);

        if (condition is null) await sending;
        else Assert.Equal(condition, (await Assert.ThrowsAsync<AmqpException>(() => sending)).Error.Condition);
        Assert.Equal(condition is null ? 1 : 0, running.Count);
    }

    [Fact]
    public async Task Send_WhatIsNoBatch_IsRejectedAndTheLinkGoesOn()
    {
        await using var running = await RunningEndpoint.StartAsync();
        await using var client = await AmqpClient.ConnectWithTokenAsync(running);
        var sender = client.Sender();
        var wrong = new Message { BodySection = new Data { Binary = [1, 2, 3] }, Format = 0x80013700 };

        var refused = await Assert.ThrowsAsync<AmqpException>(() => sender.SendAsync(wrong, AmqpClient.Patience));
        await sender.SendAsync(new Message("right"), AmqpClient.Patience);

        Assert.Equal(AmqpErrors.Decode, refused.Error.Condition);
        Assert.Equal(1, running.Count);
    }

    [Fact]
    public async Task Receive_HigherEpochFromAnotherConnection_StealsTheLink()
    {
        await using var running = await RunningEndpoint.StartAsync();
        await using var one = await AmqpClient.ConnectWithTokenAsync(running);
        await using var two = await AmqpClient.ConnectWithTokenAsync(running, Socket.OSSupportsIPv6 ? "::1" : "127.0.0.1");
        await running.Hub.Partitions[1].AppendAsync([Events.Json("a")]);
        var first = one.Receiver(1, epoch: 1);
        Assert.NotNull(await first.ReceiveAsync(AmqpClient.Patience));

        var second = two.Receiver(1, epoch: 2);

        Assert.NotNull(await second.ReceiveAsync(AmqpClient.Patience));
        Assert.Equal(AmqpErrors.Stolen, (await AmqpClient.ClosedAsync(first)).Condition);
        Assert.Equal(AmqpErrors.Stolen, (await AmqpClient.ClosedAsync(one.Receiver(1))).Condition);
    }

    [Fact]
    public async Task Receive_ClientThatDoesNotRead_IsGivenABoundedNumberOfBytesAndLaterEveryEvent()
    {
        const int Count = 40_000;
        await using var running = await RunningEndpoint.StartAsync();
        var body = new string('x', 1000);
        for (var i = 0; i < Count; i += 1000)
        {
            await running.Hub.Partitions[0].AppendAsync([.. Enumerable.Range(0, 1000).Select(_ => Events.Json(body))]);
        }

        await using var client = await AmqpClient.ConnectWithTokenAsync(running);
        var receiver = client.Receiver(0);
        using var mayRead = new ManualResetEventSlim();
        var all = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var received = 0;
        receiver.Start(1_000_000, (link, message) =>
        {
            mayRead.Wait();
            Assert.Equal((long)received, message.MessageAnnotations[new Symbol("x-opt-sequence-number")]);
            if (++received == Count) all.SetResult();
        });

        // The socket's own buffers fill first, then what the endpoint holds for the client.
        long unsent = 0;
        Assert.True(SpinWait.SpinUntil(() => (unsent = running.Endpoint.UnsentBytes) >= 1 << 20, AmqpClient.Patience));
        Assert.InRange(unsent, 1 << 20, (1 << 20) + 4096);
        mayRead.Set();

        await all.Task.WaitAsync(AmqpClient.Patience);
        Assert.True(SpinWait.SpinUntil(() => running.Endpoint.UnsentBytes == 0, AmqpClient.Patience));
    }

    [Fact]
    public async Task Send_FasterThanTheDisk_WaitsForCreditAndArrivesInOrder()
    {
        const int Count = 5_000;
        await using var running = await RunningEndpoint.StartAsync();
        await using var client = await AmqpClient.ConnectWithTokenAsync(running);
        var sender = client.Sender("ticks/Partitions/0");
        var all = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var acknowledged = 0;

        for (var i = 0; i < Count; i++)
        {
            sender.Send(new Message(i), (_, _, outcome, _) =>
            {
                if (outcome is Accepted && Interlocked.Increment(ref acknowledged) == Count) all.SetResult();
            }, null);
        }

        await all.Task.WaitAsync(AmqpClient.Patience);
        var receiver = client.Receiver(0);
        receiver.SetCredit(Count);
        for (var i = 0; i < Count; i++) Assert.Equal(i, (await receiver.ReceiveAsync(AmqpClient.Patience)).Body);
        // What is committed together had been taken before any of it was acknowledged.
        var log = Assert.Single(Directory.GetFiles(Path.Combine(running.Folder, "eventhubs", "ticks", "0"), "*" + LogSegment.Extension));
        Assert.InRange(LargestCommit(await ReadAsync(log)), 2, 100);

        static async Task<byte[]> ReadAsync(string path)
        {
            await using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            var bytes = new byte[file.Length];
            await file.ReadExactlyAsync(bytes);
            return bytes;
        }

        static int LargestCommit(ReadOnlySpan<byte> file)
        {
            var most = 0;
            for (long at = 0; at < file.Length;)
            {
                Assert.True(GroupHeader.TryRead(file[(int)at..], at, out var header));
                (most, at) = (Math.Max(most, header.Count), header.End);
            }

            return most;
        }
    }

    [Fact]
    public async Task Restart_AfterAcknowledgedSends_HasThemAndTheSameKey()
    {
        await using var running = await RunningEndpoint.StartAsync();
        var key = running.Key;
        await using (var client = await AmqpClient.ConnectWithTokenAsync(running))
        {
            var sender = client.Sender("ticks/Partitions/3");
            for (var i = 0; i < 20; i++) await sender.SendAsync(new Message($"{i}"), AmqpClient.Patience);
        }

        await running.RestartAsync();

        Assert.Equal(key, running.Key);
        await using var again = await AmqpClient.ConnectWithTokenAsync(running);
        var receiver = again.Receiver(3, "amqp.annotation.x-opt-sequence-number > '9'");
        for (var i = 10; i < 20; i++) Assert.Equal($"{i}", (await receiver.ReceiveAsync(AmqpClient.Patience)).Body);
    }

    [Fact]
    public async Task Start_PortOrFolderInUse_SaysSo()
    {
        await using var running = await RunningEndpoint.StartAsync();
        var other = Directory.CreateTempSubdirectory("pipeline-eventhubs-").FullName;
        try
        {
            var port = await Assert.ThrowsAsync<EmbeddedHostException>(() => EventHubsEndpoint.StartAsync(new EventHubsOptions { Root = other, Port = running.Endpoint.Port }));
            var root = await Assert.ThrowsAsync<EmbeddedHostException>(() => EventHubsEndpoint.StartAsync(new EventHubsOptions { Root = running.Folder, Port = 0 }));

            Assert.Contains($"cannot listen on port {running.Endpoint.Port}", port.Message);
            Assert.Contains("in use by another process", root.Message);
        }
        finally
        {
            Directory.Delete(other, recursive: true);
        }
    }

    [Fact]
    public async Task Start_ThatFails_LeavesPortAndFolderFree()
    {
        await using var running = await RunningEndpoint.StartAsync();
        var id = Path.Combine(running.Folder, "eventhubs", "id");
        var port = running.Endpoint.Port;
        await running.Endpoint.DisposeAsync();
        File.Delete(id);
        Directory.CreateDirectory(id);

        await Assert.ThrowsAnyAsync<IOException>(() => EventHubsEndpoint.StartAsync(new EventHubsOptions { Root = running.Folder, Port = port }));

        Directory.Delete(id);
        await using var again = await EventHubsEndpoint.StartAsync(new EventHubsOptions { Root = running.Folder, Port = port });
    }

    [Fact]
    public async Task Start_WrongDeclaration_SaysWhatIsPossible()
    {
        await using var running = await RunningEndpoint.StartAsync();
        await running.Endpoint.DisposeAsync();

        Assert.Contains("has 4 partitions", (await FailAsync(new HubDeclaration("ticks", 8))).Message);
        Assert.Contains("1 to 256", (await FailAsync(new HubDeclaration("ticks", 0))).Message);
        Assert.Contains("no name for an event hub", (await FailAsync(new HubDeclaration("../ticks"))).Message);
        Assert.Contains("declared 2 times", (await FailAsync(new HubDeclaration("a"), new HubDeclaration("A"))).Message);

        Task<EmbeddedHostException> FailAsync(params HubDeclaration[] hubs) => Assert.ThrowsAsync<EmbeddedHostException>(
            () => EventHubsEndpoint.StartAsync(new EventHubsOptions { Root = running.Folder, Port = 0, Hubs = hubs }));
    }
}
