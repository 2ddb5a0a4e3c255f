namespace Pipeline.Streams;

/// <summary>Makes tokens that open a hub.</summary>
internal interface IEventHubTokens
{
    /// <summary>What <c>$cbs</c> calls tokens of this kind.</summary>
    string Type { get; }

    /// <summary>A token for a hub.</summary>
    Task<EventHubToken> GetAsync(string hub, CancellationToken cancellationToken);
}
