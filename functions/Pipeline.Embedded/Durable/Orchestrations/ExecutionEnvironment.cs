using Microsoft.Extensions.Logging;

namespace Pipeline.Embedded.Durable;

/// <summary>What every orchestrator runs in.</summary>
internal sealed record ExecutionEnvironment(IDurableFunctions Functions, PayloadCodec Payloads, ILoggerFactory LoggerFactory);
