using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Pipeline.Streams;

/// <summary>Signs tokens with a shared access key: HMAC-SHA256 over the resource and the expiry.</summary>
internal sealed class SharedAccessKeyTokens(string keyName, string key, string host, TimeProvider time) : IEventHubTokens
{
    private static readonly TimeSpan s_life = TimeSpan.FromHours(1);

    public string Type => "servicebus.windows.net:sastoken";

    public Task<EventHubToken> GetAsync(string hub, CancellationToken cancellationToken)
    {
        var audience = $"amqps://{host}/{hub}";
        var expiresAt = time.GetUtcNow() + s_life;
        var resource = Uri.EscapeDataString(audience);
        var expiry = expiresAt.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        var signature = HMACSHA256.HashData(Encoding.UTF8.GetBytes(key), Encoding.UTF8.GetBytes($"{resource}\n{expiry}"));
        var text = $"SharedAccessSignature sr={resource}&sig={Uri.EscapeDataString(Convert.ToBase64String(signature))}&se={expiry}&skn={Uri.EscapeDataString(keyName)}";
        return Task.FromResult(new EventHubToken(text, audience, expiresAt));
    }
}
