namespace Pipeline.Streams;

/// <summary>
/// The open orders of a partition. An order is executed by the first tick of its symbol that comes after it and has a price at its limit
/// or better, at that tick's price: the best that the market gives at the first moment at which there is one. Orders that a tick executes
/// together come best limit first, then first come first. It is over where a tick of its symbol is later than its time allows.
/// </summary>
internal sealed class OrderBook(TimeSpan? expires)
{
    private static readonly IComparer<LimitOrder> s_buys = Comparer<LimitOrder>.Create((a, b) => b.Limit != a.Limit ? b.Limit.CompareTo(a.Limit) : a.Number.CompareTo(b.Number));
    private static readonly IComparer<LimitOrder> s_sells = Comparer<LimitOrder>.Create((a, b) => a.Limit != b.Limit ? a.Limit.CompareTo(b.Limit) : a.Number.CompareTo(b.Number));
    private static readonly IComparer<LimitOrder> s_oldest = Comparer<LimitOrder>.Create((a, b) => a.Time != b.Time ? a.Time.CompareTo(b.Time) : a.Number.CompareTo(b.Number));

    private readonly Dictionary<string, Symbol> _symbols = new(StringComparer.Ordinal);
    private readonly long? _expires = expires is { } time ? (long)time.TotalMicroseconds : null;

    /// <summary>How many orders are open.</summary>
    public int Count => _symbols.Values.Sum(s => s.Buys.Count + s.Sells.Count);

    /// <summary>The open orders, as they came.</summary>
    public IEnumerable<LimitOrder> Orders => _symbols.Values.SelectMany(s => s.Buys.Concat(s.Sells)).OrderBy(o => o.Number);

    /// <summary>Takes an order in.</summary>
    public void Add(LimitOrder order)
    {
        if (!_symbols.TryGetValue(order.Symbol, out var symbol)) _symbols[order.Symbol] = symbol = new Symbol();
        (order.Buys ? symbol.Buys : symbol.Sells).Add(order);
        if (_expires is not null) symbol.Oldest.Add(order);
    }

    /// <summary>Takes a tick, and gives what it decides.</summary>
    public IReadOnlyList<Execution> Tick(string name, double price, long time)
    {
        if (!_symbols.TryGetValue(name, out var symbol)) return [];
        var done = new List<Execution>();
        while (_expires is { } most && symbol.Oldest.Min is { } order && time - order.Time > most)
            done.Add(Take(symbol, order, null, order.Time + most));
        while (symbol.Buys.Min is { } order && order.Limit >= price)
            done.Add(Take(symbol, order, price, time));
        while (symbol.Sells.Min is { } order && order.Limit <= price)
            done.Add(Take(symbol, order, price, time));
        if (symbol.Buys.Count + symbol.Sells.Count == 0) _symbols.Remove(name);
        return done;
    }

    private static Execution Take(Symbol symbol, LimitOrder order, double? price, long time)
    {
        (order.Buys ? symbol.Buys : symbol.Sells).Remove(order);
        symbol.Oldest.Remove(order);
        return new Execution(order, price, time);
    }

    private sealed class Symbol
    {
        public SortedSet<LimitOrder> Buys { get; } = new(s_buys);

        public SortedSet<LimitOrder> Sells { get; } = new(s_sells);

        public SortedSet<LimitOrder> Oldest { get; } = new(s_oldest);
    }
}
