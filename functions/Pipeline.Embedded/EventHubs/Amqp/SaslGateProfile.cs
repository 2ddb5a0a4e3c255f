using Amqp;
using Amqp.Sasl;
using Amqp.Types;

namespace Pipeline.Embedded.EventHubs.Amqp;

/// <summary>
/// Lets every client through the SASL layer (tokens come later, over <c>$cbs</c>), then has the transport hold what the server says
/// next until the client has spoken: some clients lose what comes in one piece with the SASL outcome, and wait for ever.
/// </summary>
/// <param name="mechanism">The mechanism's name.</param>
internal sealed class SaslGateProfile(string mechanism) : SaslProfile(mechanism)
{
    /// <inheritdoc/>
    protected override ITransport UpgradeTransport(ITransport transport)
    {
        ((ClientTransport)transport).HoldUntilReceived();
        return transport;
    }

    /// <inheritdoc/>
    protected override DescribedList GetStartCommand(string hostname) => throw new NotSupportedException("This is the server's side.");

    /// <inheritdoc/>
    protected override DescribedList OnCommand(DescribedList command) => command is SaslInit
        ? new SaslOutcome { Code = SaslCode.Ok }
        : throw AmqpErrors.Refusal("amqp:not-allowed", "A SASL init was expected.");
}
