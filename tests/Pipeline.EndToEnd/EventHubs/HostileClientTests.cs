using System.Net.Sockets;
using Amqp;
using Pipeline.Embedded.EventHubs.Amqp;

namespace Pipeline.EndToEnd.EventHubs;

/// <summary>What a client cannot do to the endpoint by sending what AMQP does not allow.</summary>
public class HostileClientTests
{
    [Fact]
    public async Task Message_ThatNeverEndsBesideSomeThatDo_ClosesTheConnection()
    {
        await using var running = await RunningEndpoint.StartAsync();
        using var client = await RawAmqpClient.ConnectAsync(running);
        await client.AttachAsync(0, "$cbs");
        await client.AttachAsync(1, "$cbs");
        var piece = new byte[200_000];

        await Assert.ThrowsAsync<SocketException>(async () =>
        {
            // 80 MB; no token is needed.
            for (var i = 0; i < 400; i++)
            {
                await client.TransferAsync(0, piece, begins: i == 0, ends: false);
                await client.TransferAsync(1, Encoded(new Message("a request that ends")));
            }

            await client.DetachedAsync();
        });
    }

    [Fact]
    public async Task Messages_BeyondTheCredit_CloseTheLink()
    {
        await using var running = await RunningEndpoint.StartAsync();
        using var client = await RawAmqpClient.ConnectAsync(running);
        await client.AttachAsync(0, "$cbs");
        await client.TransferAsync(0, Encoded(AmqpClient.TokenRequest("sb://localhost/ticks", DateTimeOffset.UtcNow.AddHours(1), running.Key, RawAmqpClient.Answers)));
        await client.AttachAsync(1, RunningEndpoint.HubName, answers: false);

        for (var i = 0; i < 5000; i++) await client.TransferAsync(1, Encoded(new Message("an event")));

        Assert.Equal(AmqpErrors.CreditExceeded, await client.DetachedAsync());
    }

    private static byte[] Encoded(Message message)
    {
        var encoded = message.Encode();
        return encoded.Buffer.AsSpan(encoded.Offset, encoded.Length).ToArray();
    }
}
