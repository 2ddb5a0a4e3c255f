namespace Pipeline.Training;

/// <summary>A training cannot go on, and trying again would not help.</summary>
/// <param name="message">What is wrong, and where.</param>
/// <param name="advice">What to do about it.</param>
public sealed class TrainingException(string message, string advice) : Exception(message)
{
    /// <summary>What to do about it.</summary>
    public string Advice { get; } = advice;
}
