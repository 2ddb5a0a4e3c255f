using System.Text;
using Amqp;
using Amqp.Framing;
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
        var received = new Azure.Messaging.EventHubs.EventData(
            new AmqpEvent(7, 90, 1_700_000_000_000, "key"u8.ToArray(), default, 0, encoded.Buffer.AsMemory(encoded.Offset, encoded.Length)));

        Assert.Equal(("m", "c", "application/json"), (received.MessageId, received.CorrelationId, received.ContentType));
        Assert.Equal(5, received.Properties["number"]);
        Assert.Equal((7L, 90L, "90", "key"), (received.SequenceNumber, received.Offset, received.OffsetString, received.PartitionKey));
        Assert.Equal(7L, received.SystemProperties["x-opt-sequence-number"]);
        Assert.Equal("m", received.SystemProperties["message-id"]);
    }
}
