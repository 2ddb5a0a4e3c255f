namespace Pipeline.Grid.Wire;

/// <summary>What a host is told at a heartbeat.</summary>
/// <param name="Abort">Results that nobody needs any more.</param>
/// <param name="Resend">Tasks that it ought to have and did not name.</param>
/// <param name="ServerTime">The server's clock, which deadlines are by.</param>
public sealed record HeartbeatAnswer(IReadOnlyList<string> Abort, IReadOnlyList<SignedAssignment> Resend, DateTimeOffset ServerTime);
