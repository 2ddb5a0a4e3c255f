using Pipeline.Grid.Scheduling;

namespace Pipeline.Grid.Wire;

/// <summary>An application of the project, with its signature.</summary>
/// <param name="Application">Name and version.</param>
/// <param name="Signature">ECDSA signature in base64, over <see cref="Signing.SignedContent"/>.</param>
public sealed record SignedApplication(ApplicationVersion Application, string Signature);
