namespace Pipeline.Streams;

/// <summary>An order to buy or sell at a price or better.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Symbol">What is traded.</param>
/// <param name="Buys">Whether it buys; otherwise it sells.</param>
/// <param name="Limit">The highest price at which it buys, or the lowest at which it sells.</param>
/// <param name="Size">How much.</param>
/// <param name="Time">When it was given, in microseconds since 1970.</param>
/// <param name="Number">Its place among all rows of its partition.</param>
internal sealed record LimitOrder(string Id, string Symbol, bool Buys, double Limit, long Size, long Time, long Number);
