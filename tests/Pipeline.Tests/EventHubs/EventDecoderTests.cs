using System.Text;
using Amqp;
using Amqp.Framing;
using Amqp.Types;
using CsCheck;
using Pipeline.Embedded.EventHubs.Amqp;
using Pipeline.Embedded.EventHubs.Log;

namespace Pipeline.Tests.EventHubs;

/// <summary>Messages are taken apart and put together without their sections being touched.</summary>
public class EventDecoderTests
{
    [Fact]
    public void Decode_PlainMessage_IsOneEventWithItsSectionsAsTheyCame()
    {
        var message = new Message("body")
        {
            Header = new Header { Durable = true },
            Properties = new Properties { MessageId = "m1" },
            ApplicationProperties = new ApplicationProperties { ["n"] = 1 },
        };
        var sections = new Message("body") { Properties = message.Properties, ApplicationProperties = message.ApplicationProperties };

        var (events, key) = EventDecoder.Decode(Bytes(message), format: 0);

        Assert.True(key.IsEmpty);
        Assert.Equal(Bytes(sections), Assert.Single(events).Sections.ToArray());
    }

    [Fact]
    public void Decode_Batch_IsItsEventsUnderTheEnvelopesKey()
    {
        var inner = new[] { WithKey("one", "k"), WithKey("two", "k") };
        var batch = WithKey(null, "k");
        var data = new DataList();
        foreach (var one in inner) data.Add(new Data { Binary = Bytes(one) });
        batch.BodySection = data;

        var (events, key) = EventDecoder.Decode(Bytes(batch), EventDecoder.BatchFormat);

        Assert.Equal("k", Encoding.UTF8.GetString(key.Span));
        Assert.Equal(["k", "k"], events.Select(one => Encoding.UTF8.GetString(one.PartitionKey.Span)));
        Assert.Equal([Bytes(new Message("one")), Bytes(new Message("two"))], events.Select(one => one.Sections.ToArray()));
    }

    [Fact]
    public void Encode_StoredEvent_CarriesOurAnnotationsAndTheSendersButNotTheSendersForgedOnes()
    {
        var message = WithKey("body", "key");
        message.MessageAnnotations[new Symbol("x-opt-own")] = 7;
        message.MessageAnnotations[new Symbol("x-opt-sequence-number")] = 99L;
        var added = Assert.Single(EventDecoder.Decode(Bytes(message), 0).Events);
        var stored = new StoredEvent(5, 1234, 1_700_000_000_123, added.PartitionKey, added.Annotations, added.AnnotationCount, added.Sections);

        var bytes = new byte[DeliveryEncoder.MostBytes(stored)];
        var length = DeliveryEncoder.Encode(stored, bytes);
        var delivered = Message.Decode(new ByteBuffer(bytes, 0, length, length));

        Assert.Equal("body", delivered.Body);
        var annotations = delivered.MessageAnnotations;
        Assert.Equal(5, annotations.Map.Count);
        Assert.Equal(5L, annotations[new Symbol("x-opt-sequence-number")]);
        Assert.Equal("1234", annotations[new Symbol("x-opt-offset")]);
        Assert.Equal(DateTimeOffset.FromUnixTimeMilliseconds(1_700_000_000_123).UtcDateTime, annotations[new Symbol("x-opt-enqueued-time")]);
        Assert.Equal("key", annotations[new Symbol("x-opt-partition-key")]);
        Assert.Equal(7, annotations[new Symbol("x-opt-own")]);
    }

    [Theory]
    [InlineData(new byte[] { 0x00, 0x53 })]
    [InlineData(new byte[] { 0x41, 0x42 })]
    [InlineData(new byte[] { 0x00, 0x53, 0x75, 0xb0, 0xff, 0xff, 0xff, 0xff })]
    [InlineData(new byte[] { 0x00, 0x53, 0x72, 0xc1, 0x01, 0x02 })]
    [InlineData(new byte[] { 0x00, 0x53, 0x99, 0x40 })]
    public void Decode_WhatIsNoMessage_IsRefused(byte[] bytes) =>
        Assert.Throws<FormatException>(() => EventDecoder.Decode(bytes, 0));

    [Fact]
    public void Decode_BatchWithoutEvents_IsRefused() =>
        Assert.Throws<FormatException>(() => EventDecoder.Decode(Bytes(new Message("no data")), EventDecoder.BatchFormat));

    [Fact]
    public void Decode_AnyBytes_IsAnswerOrFormatException() =>
        Gen.Select(Gen.Byte.Array[0, 60], Gen.Bool).Sample((bytes, batch) =>
        {
            try
            {
                EventDecoder.Decode(bytes, batch ? EventDecoder.BatchFormat : 0);
            }
            catch (FormatException)
            {
                // Said clearly.
            }
        }, iter: 20_000);

    [Fact]
    public void Decode_MessageCutOrChangedAnywhere_IsAnswerOrFormatException()
    {
        var batch = WithKey(null, "k");
        batch.BodySection = new Data { Binary = Bytes(WithKey("one", "k")) };
        var whole = Bytes(batch);
        Gen.Select(Gen.Int[0, whole.Length - 1], Gen.Byte, Gen.Int[1, whole.Length]).Sample((at, value, length) =>
        {
            var bytes = (byte[])whole.Clone();
            bytes[at] = value;
            try
            {
                EventDecoder.Decode(bytes.AsMemory(0, length), EventDecoder.BatchFormat);
            }
            catch (FormatException)
            {
                // Said clearly.
            }
        }, iter: 20_000);
    }

    private static Message WithKey(string? body, string key)
    {
        var message = body is null ? new Message() : new Message(body);
        message.MessageAnnotations = new MessageAnnotations { [new Symbol("x-opt-partition-key")] = key };
        return message;
    }

    private static byte[] Bytes(Message message)
    {
        var buffer = message.Encode();
        return buffer.Buffer.AsSpan(buffer.Offset, buffer.Length).ToArray();
    }
}
