using Pipeline.Grid.Scheduling;

namespace Pipeline.Grid.Wire;

/// <summary>A task with the project's signature over all of it, and over the host that it is for.</summary>
/// <param name="Assignment">The task. It names input and shared files with their hashes, so that these are signed too.</param>
/// <param name="Signature">ECDSA signature in base64, over <see cref="Signing.SignedContent"/>.</param>
public sealed record SignedAssignment(Assignment Assignment, string Signature);
