namespace Pipeline.Grid.Wire;

/// <summary>Work for a host.</summary>
/// <param name="Assignments">The tasks; empty where there are none now.</param>
/// <param name="RetryAfterSeconds">When to ask again.</param>
/// <param name="ServerTime">The server's clock, which deadlines are by.</param>
public sealed record WorkAnswer(IReadOnlyList<SignedAssignment> Assignments, double RetryAfterSeconds, DateTimeOffset ServerTime);
