namespace Pipeline.Streams;

/// <summary>A partition's state is full and its policy is to wait; the hub keeps the events.</summary>
internal sealed class StreamFullException(string message) : Exception(message);
