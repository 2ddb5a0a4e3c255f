using System.Text;
using Amqp;
using Amqp.Framing;
using Azure.Messaging.EventHubs;
using Pipeline.Embedded.EventHubs.Log;
using Pipeline.Embedded.EventHubs.Trigger;

namespace Pipeline.Tests.EventHubs;

/// <summary>The body of an event, whatever section its sender chose, and however it was decoded.</summary>
public class EventBodyTests
{
    public static TheoryData<string, Message> Bodies { get; } = new()
    {
        { "data", new Message { BodySection = new Data { Binary = "data"u8.ToArray() } } },
        { "with more", new Message { Properties = new Properties { MessageId = "1" }, ApplicationProperties = new ApplicationProperties { ["a"] = 1 }, BodySection = new Data { Binary = "with more"u8.ToArray() } } },
        { "text", new Message("text") },
        { "", new Message { Properties = new Properties { Subject = "no body" } } },
        { "", new Message(5) },
    };

    [Fact]
    public void Body_OfManySections_IsPutTogetherOnce()
    {
        byte[] section = [0x00, 0x53, 0x75, 0xa0, 1, 7];
        byte[] sections = [.. Enumerable.Repeat(section, 20_000).SelectMany(bytes => bytes)];
        var before = GC.GetAllocatedBytesForCurrentThread();

        var body = EventBody.Find(sections);

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 20_000, 200_000);
        Assert.Equal(Enumerable.Repeat((byte)7, 20_000), body.ToArray());
    }

    [Theory]
    [MemberData(nameof(Bodies))]
    public void Body_OfAnySection_IsItsBytes(string expected, Message message)
    {
        var encoded = message.Encode();
        var sections = encoded.Buffer.AsMemory(encoded.Offset, encoded.Length);

        Assert.Equal(expected, Encoding.UTF8.GetString(EventBody.Find(sections).Span));
        Assert.Equal(expected, Encoding.UTF8.GetString(EventBody.Of(message).Span));
    }

    [Fact]
    public void Event_WithProperties_ShowsThem()
    {
        var message = new Message
        {
            Properties = new Properties { MessageId = "m", CorrelationId = "c", ContentType = "application/json" },
            ApplicationProperties = new ApplicationProperties { ["number"] = 5 },
            BodySection = new Data { Binary = [1] },
        };
        var encoded = message.Encode();
        var sections = encoded.Buffer.AsMemory(encoded.Offset, encoded.Length);
        var stored = new StoredEvent(7, 90, 1_700_000_000_000, "key"u8.ToArray(), default, 0, sections);
        var received = new EventData(new AmqpEvent(stored, new byte[10 + AmqpEvent.LengthOf(stored)], 10));

        Assert.Equal(("m", "c", "application/json"), (received.MessageId, received.CorrelationId, received.ContentType));
        Assert.Equal([1], received.Body.ToArray());
        Assert.Equal(5, received.Properties["number"]);
        Assert.Equal((7L, 90L, "90", "key"), (received.SequenceNumber, received.Offset, received.OffsetString, received.PartitionKey));
        Assert.Equal(7L, received.SystemProperties["x-opt-sequence-number"]);
        Assert.Equal("m", received.SystemProperties["message-id"]);
    }

    [Fact]
    public void Event_WithSeveralDataSections_HasThemOneBehindTheOther()
    {
        var parts = new DataList();
        parts.Add(new Data { Binary = [1, 2] });
        parts.Add(new Data { Binary = [3] });
        var message = new Message { BodySection = parts };
        var encoded = message.Encode();
        var stored = new StoredEvent(0, 0, 0, default, default, 0, encoded.Buffer.AsMemory(encoded.Offset, encoded.Length));

        Assert.Equal([1, 2, 3], new AmqpEvent(stored, new byte[AmqpEvent.LengthOf(stored)], 0).Body.ToArray());
        Assert.Equal([1, 2, 3], EventBody.Of(message).ToArray());
    }

    [Fact]
    public void Event_ChangedByTheApp_ShowsTheChange()
    {
        var received = new EventData("body") { MessageId = "m" };
        received.ContentType = "text/plain";
        received.Properties["a"] = 1;

        Assert.Equal(("m", null, "text/plain", 1), (received.MessageId, received.CorrelationId, received.ContentType, received.Properties["a"]));
        Assert.Equal(long.MinValue, received.SequenceNumber);
    }
}
