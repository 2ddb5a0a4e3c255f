namespace Pipeline.Storage;

/// <summary>A rule about data forbids what was asked for. Trying again does not help.</summary>
/// <param name="rule">The rule, such as <c>residency/read</c>.</param>
/// <param name="message">What is forbidden and why, and what to do.</param>
public sealed class DataPolicyException(string rule, string message) : StorageException($"Rule {rule}: {message}")
{
    /// <summary>The rule.</summary>
    public string Rule { get; } = rule;
}
