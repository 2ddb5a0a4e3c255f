using Microsoft.Extensions.Configuration;
using Pipeline.Jobs;

namespace Pipeline.Streams;

/// <summary><c>{ "webhook": "https://…", "secretSetting": "NAME" }</c>: calls an address with each window.</summary>
internal sealed class WebhookSinkKind(IConfiguration configuration, WebhookAddresses addresses, WebhookClient client) : IStreamSinkKind
{
    public string Field => "webhook";

    public IStreamSink? Read(SpecReader reader, StreamSinkContext context) =>
        Target(reader, Field) is { } target ? new WebhookSink(target, client) : null;

    /// <summary>Reads a receiver: the field with its address, and the name of the setting that holds the secret.</summary>
    internal WebhookTarget? Target(SpecReader reader, string field)
    {
        var text = reader.Text(field, required: true, maxLength: 2_000, about: "An HTTPS address that is called.");
        var setting = reader.Text("secretSetting", maxLength: 200, about: "The app's setting with the secret that calls are signed with.");
        if (text is null) return null;
        if (!addresses.TryRead(text, out var url, out var fault))
        {
            reader.Fault(field, fault);
            return null;
        }

        if (setting is null && url.IsLoopback) return new WebhookTarget(url, null);
        var secret = setting is null ? null : configuration[setting];
        if (setting is null)
            reader.Fault("secretSetting", "Name the setting of the app that holds the secret which calls are signed with. A spec never holds the secret itself.");
        else if (string.IsNullOrEmpty(secret))
            reader.Fault("secretSetting", $"The app has no setting '{setting}'. Set it to a secret that the receiver knows too.");
        else
            return new WebhookTarget(url, secret);
        return null;
    }
}
