namespace Pipeline.Embedded.Cli.Sending;

/// <summary>What <c>send</c> has done.</summary>
/// <param name="Hub">The hub.</param>
/// <param name="Events">How many events it got.</param>
/// <param name="Bytes">The bytes of their bodies.</param>
/// <param name="Seconds">How long it took.</param>
internal sealed record SendOutcome(string Hub, long Events, long Bytes, double Seconds);
