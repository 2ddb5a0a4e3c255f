namespace Pipeline.Streams;

/// <summary>What became of an order.</summary>
/// <param name="Order">The order.</param>
/// <param name="Price">The price of the tick that it was executed at; null where its time was over before there was one.</param>
/// <param name="Time">The time of that tick, or when the order's time was over, in microseconds since 1970.</param>
internal sealed record Execution(LimitOrder Order, double? Price, long Time);
