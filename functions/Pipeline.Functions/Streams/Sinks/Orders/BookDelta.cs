namespace Pipeline.Streams;

/// <summary>What a commit changed in an order book.</summary>
/// <param name="Added">Orders that it brought and that are still open at its end.</param>
/// <param name="Removed">The numbers of orders, open before it, that it closed.</param>
internal sealed record BookDelta(IReadOnlyList<LimitOrder> Added, IReadOnlyList<long> Removed);
