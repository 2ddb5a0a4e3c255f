namespace Pipeline.Embedded.Volunteer;

/// <summary>What the server sent is not what the project signed, or not within bounds: it is not used.</summary>
/// <param name="message">What is wrong with it.</param>
internal sealed class UntrustedWorkException(string message) : Exception(message);
