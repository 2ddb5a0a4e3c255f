namespace Pipeline.Streams;

/// <summary>A sink did not take an output. It is offered again, and nothing else is done until it takes it.</summary>
internal sealed class SinkFailedException(string message, Exception inner) : Exception(message, inner);
