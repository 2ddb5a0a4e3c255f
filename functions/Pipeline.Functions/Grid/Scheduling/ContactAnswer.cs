namespace Pipeline.Grid.Scheduling;

/// <summary>What a host is told at a heartbeat.</summary>
/// <param name="Abort">Results that nobody needs any more: it gives them up.</param>
/// <param name="Resend">Results that it ought to have and did not name: it takes them up again.</param>
public sealed record ContactAnswer(IReadOnlyList<string> Abort, IReadOnlyList<Assignment> Resend);
