using Amqp;

namespace Pipeline.Embedded.EventHubs.Amqp;

/// <summary>A message whose sections are left as they came, so that events stay byte for byte what they were.</summary>
/// <param name="bytes">The encoded sections.</param>
internal sealed class RawMessage(ReadOnlyMemory<byte> bytes) : Message
{
    /// <summary>The encoded sections.</summary>
    public ReadOnlyMemory<byte> Bytes { get; } = bytes;
}
