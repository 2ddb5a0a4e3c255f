namespace Pipeline.Grid.Wire;

/// <summary>A machine's account.</summary>
/// <param name="HostId">Names the host.</param>
/// <param name="Token">Opens the routes that hosts call. It is shown this once: the app keeps only its hash.</param>
/// <param name="ProjectKey">The project's public key, for the client to keep and to check all work against.</param>
public sealed record HostAnswer(string HostId, string Token, ProjectKeyAnswer ProjectKey);
