using System.Text;
using Amqp;
using Amqp.Framing;
using Pipeline.Embedded.EventHubs.Log;

namespace Pipeline.EndToEnd.EventHubs;

/// <summary>Events made by hand.</summary>
internal static class Events
{
    /// <summary>An event with a text as its data.</summary>
    public static EventToAppend Json(string text)
    {
        var encoded = new Message { BodySection = new Data { Binary = Encoding.UTF8.GetBytes(text) } }.Encode();
        return new EventToAppend(default, default, 0, encoded.Buffer.AsMemory(encoded.Offset, encoded.Length));
    }
}
