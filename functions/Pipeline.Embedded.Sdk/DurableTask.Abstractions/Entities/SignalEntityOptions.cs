namespace Microsoft.DurableTask.Entities;

public record SignalEntityOptions
{
    /// <summary>When the signal is to be delivered; at once, unless set.</summary>
    public DateTimeOffset? SignalTime { get; init; }

    // Neither a yes nor a no says when, so the signal goes at once.
    public static implicit operator SignalEntityOptions(bool? value) => new();

    public static implicit operator SignalEntityOptions(DateTimeOffset value) => new() { SignalTime = value };
}
