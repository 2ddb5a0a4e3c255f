namespace Pipeline.Embedded.Durable;

/// <summary>An input or output is larger than what should travel through a task hub.</summary>
internal sealed class PayloadTooLargeException(string what, int bytes, int limit)
    : ArgumentException(
        $"The {what} has {bytes:N0} bytes of JSON; the limit is {limit:N0}. "
        + "Write the data to a blob and pass its name: orchestrations carry references, not data.");
