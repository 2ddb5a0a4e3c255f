using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Amqp;
using Amqp.Framing;
using Amqp.Types;

namespace Pipeline.EndToEnd.EventHubs;

/// <summary>A client that sends on its socket what a test wants, and heeds neither credit nor limits.</summary>
internal sealed class RawAmqpClient : IDisposable
{
    /// <summary>Where requests ask to be answered.</summary>
    public const string Answers = "answers";

    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly Dictionary<ushort, uint> _deliveries = [];

    /// <summary>A client whose connection is open.</summary>
    public static async Task<RawAmqpClient> ConnectAsync(RunningEndpoint running)
    {
        var client = new RawAmqpClient();
        await client._socket.ConnectAsync(IPAddress.Loopback, running.Endpoint.Port);
        await client._socket.SendAsync((byte[])[.. "AMQP"u8, 3, 1, 0, 0]);
        await client.SendFrameAsync([0x00, 0x53, 0x41, 0xc0, 12, 1, 0xa3, 9, .. "ANONYMOUS"u8], type: 1);
        await client._socket.SendAsync((byte[])[.. "AMQP"u8, 0, 1, 0, 0]);
        await client.SendAsync(0, new Open { ContainerId = "raw", HostName = "localhost" });
        return client;
    }

    /// <summary>Begins a session with a link that sends to an address, of handle 0, and maybe one that takes what it answers.</summary>
    public async Task AttachAsync(ushort channel, string address, bool answers = true)
    {
        await SendAsync(channel, new Begin { NextOutgoingId = 0, IncomingWindow = 2048, OutgoingWindow = 2048, HandleMax = 7 });
        await SendAsync(channel, new Attach { LinkName = $"{address} {channel}", Handle = 0, Role = false, Source = new Source(), Target = new Target { Address = address }, InitialDeliveryCount = 0 });
        if (answers) await SendAsync(channel, new Attach { LinkName = Answers, Handle = 1, Role = true, Source = new Source { Address = address }, Target = new Target() });
    }

    /// <summary>Begins a message, or goes on with the one that has not ended.</summary>
    /// <param name="channel">The session.</param>
    /// <param name="payload">A piece of the message.</param>
    /// <param name="begins">Whether it is its first.</param>
    /// <param name="ends">Whether it is its last.</param>
    public Task TransferAsync(ushort channel, byte[] payload, bool begins = true, bool ends = true)
    {
        if (begins) _deliveries[channel] = _deliveries.GetValueOrDefault(channel) + 1;
        var delivery = _deliveries[channel];
        return SendAsync(channel, new Transfer { Handle = 0, DeliveryId = delivery, DeliveryTag = BitConverter.GetBytes(delivery), More = !ends }, payload);
    }

    /// <summary>What the endpoint says of an error of the link: the condition of its detach.</summary>
    public async Task<string?> DetachedAsync()
    {
        using var patience = new CancellationTokenSource(AmqpClient.Patience);
        while (true)
        {
            // The protocol headers, of SASL and of AMQP, have eight bytes, as frames' own have.
            var header = await ReceiveAsync(8, patience.Token);
            if (header[0] == 'A') continue;
            var body = await ReceiveAsync(BinaryPrimitives.ReadInt32BigEndian(header) - 8, patience.Token);
            if (header[5] == 0 && body.Length > 0 && Encoder.ReadDescribed(new ByteBuffer(body, 1, body.Length - 1, body.Length - 1), body[0]) is Detach detach)
                return detach.Error?.Condition;
        }
    }

    public void Dispose() => _socket.Dispose();

    private Task SendAsync(ushort channel, Described performative, byte[]? payload = null)
    {
        var encoded = new ByteBuffer(256, autoGrow: true);
        Encoder.WriteObject(encoded, performative, true);
        return SendFrameAsync([.. encoded.Buffer.AsSpan(encoded.Offset, encoded.Length), .. payload ?? []], channel: channel);
    }

    private async Task SendFrameAsync(byte[] body, byte type = 0, ushort channel = 0)
    {
        var frame = new byte[8 + body.Length];
        BinaryPrimitives.WriteInt32BigEndian(frame, frame.Length);
        (frame[4], frame[5]) = (2, type);
        BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(6), channel);
        body.CopyTo(frame.AsSpan(8));
        for (var sent = 0; sent < frame.Length;) sent += await _socket.SendAsync(frame.AsMemory(sent));
    }

    private async Task<byte[]> ReceiveAsync(int count, CancellationToken cancellationToken)
    {
        var bytes = new byte[count];
        for (var read = 0; read < count;)
        {
            var came = await _socket.ReceiveAsync(bytes.AsMemory(read), cancellationToken);
            read += came > 0 ? came : throw new SocketException((int)SocketError.ConnectionReset);
        }

        return bytes;
    }
}
