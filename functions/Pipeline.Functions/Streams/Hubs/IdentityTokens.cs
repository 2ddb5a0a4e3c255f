using Azure.Core;

namespace Pipeline.Streams;

/// <summary>Gets tokens of the app's identity from Entra.</summary>
internal sealed class IdentityTokens(TokenCredential credential, string host) : IEventHubTokens
{
    private static readonly TokenRequestContext s_eventHubs = new(["https://eventhubs.azure.net/.default"]);

    public string Type => "jwt";

    public async Task<EventHubToken> GetAsync(string hub, CancellationToken cancellationToken)
    {
        var token = await credential.GetTokenAsync(s_eventHubs, cancellationToken);
        return new EventHubToken(token.Token, $"amqps://{host}/{hub}", token.ExpiresOn);
    }
}
