using Microsoft.Extensions.Logging;

namespace Pipeline.Embedded.EventHubs.Amqp;

/// <summary>What every connection works with.</summary>
/// <param name="Hubs">The hubs by name; without regard to case.</param>
/// <param name="Tokens">Proves tokens.</param>
/// <param name="Time">The clock of their expiry.</param>
/// <param name="Logger">Where connections log.</param>
internal sealed record AmqpServices(IReadOnlyDictionary<string, EventHub> Hubs, SharedAccessTokens Tokens, TimeProvider Time, ILogger Logger);
