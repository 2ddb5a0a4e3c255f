using Amqp;
using Amqp.Framing;

namespace Pipeline.Embedded.EventHubs.Amqp;

/// <summary>The error conditions that the official clients know.</summary>
internal static class AmqpErrors
{
    public const string NotFound = "amqp:not-found";
    public const string Unauthorized = "amqp:unauthorized-access";
    public const string Stolen = "amqp:link:stolen";
    public const string CreditExceeded = "amqp:link:transfer-limit-exceeded";
    public const string TooLarge = "amqp:link:message-size-exceeded";
    public const string LimitExceeded = "amqp:resource-limit-exceeded";
    public const string Internal = "amqp:internal-error";
    public const string Decode = "amqp:decode-error";
    public const string Argument = "com.microsoft:argument-error";
    public const string ArgumentOutOfRange = "com.microsoft:argument-out-of-range";

    /// <summary>An error to send.</summary>
    public static Error Error(string condition, string description) => new(condition) { Description = description };

    /// <summary>An error to throw where a link is attached; the library sends it.</summary>
    public static AmqpException Refusal(string condition, string description) => new(condition, description);
}
