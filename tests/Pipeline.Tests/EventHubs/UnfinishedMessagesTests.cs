using System.Buffers.Binary;
using Amqp;
using Amqp.Framing;
using Amqp.Types;
using Pipeline.Embedded.EventHubs.Amqp;

namespace Pipeline.Tests.EventHubs;

public class UnfinishedMessagesTests
{
    private static readonly byte[] s_transfer = Frame(new Transfer { Handle = 3, DeliveryId = 7, DeliveryTag = new byte[32], MessageFormat = 0, Settled = true, More = true }, 1000);

    [Fact]
    public void Received_FramesInPiecesOfAnySize_CountsTheMessagesBytesAlone()
    {
        byte[] stream =
        [
            .. "AMQP"u8, 3, 1, 0, 0, .. "AMQP"u8, 0, 1, 0, 0, .. Frame(new Open { ContainerId = new string('x', 500) }, 0), .. Frame(new Flow { Handle = 0 }, 0),
            0, 0, 0, 8, 2, 0, 0, 0, .. s_transfer, .. Frame(new Flow { Handle = 0 }, 0), .. s_transfer,
        ];
        for (var piece = 1; piece < stream.Length; piece = (piece * 3 / 2) + 1)
        {
            var messages = new UnfinishedMessages();

            foreach (var bytes in stream.Chunk(piece)) messages.Received(bytes);

            Assert.Equal(2000, messages.Bytes);
            messages.Ended(2000);
            Assert.Equal(0, messages.Bytes);
        }
    }

    public static TheoryData<string, byte[]> Disguises => new()
    {
        { "a list that says it fills the frame", Changed(frame => BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(frame.AsSpan().IndexOf((byte)0xd0) + 1), frame.Length - 16)) },
        { "a longer frame header", Changed(frame => frame[4] = 3) },
        { "a frame of SASL's type", Changed(frame => frame[5] = 1) },
        { "no list", Changed(frame => frame[11] = 0x40) },
        { "a descriptor in words", Changed(frame => frame[9] = 0xa3) },
    };

    [Theory]
    [MemberData(nameof(Disguises))]
    public void Received_TransferInDisguise_CountsItsBytes(string disguise, byte[] frame)
    {
        var messages = new UnfinishedMessages();

        messages.Received(frame);

        Assert.True(messages.Bytes >= 1000, $"{disguise}: {messages.Bytes}");
    }

    private static byte[] Changed(Action<byte[]> change)
    {
        // With a list of the long form, which the library reads as well.
        byte[] body = [0x00, 0x53, 0x14, 0xd0, 0, 0, 0, 9, 0, 0, 0, 3, 0x43, 0x52, 1, 0xa0, 0, .. new byte[1000]];
        var frame = new byte[8 + body.Length];
        BinaryPrimitives.WriteInt32BigEndian(frame, frame.Length);
        frame[4] = 2;
        body.CopyTo(frame.AsSpan(8));
        change(frame);
        return frame;
    }

    private static byte[] Frame(Described performative, int payload)
    {
        var encoded = new ByteBuffer(256, true);
        Encoder.WriteObject(encoded, performative, true);
        var frame = new byte[8 + encoded.Length + payload];
        BinaryPrimitives.WriteInt32BigEndian(frame, frame.Length);
        frame[4] = 2;
        encoded.Buffer.AsSpan(encoded.Offset, encoded.Length).CopyTo(frame.AsSpan(8));
        return frame;
    }
}
