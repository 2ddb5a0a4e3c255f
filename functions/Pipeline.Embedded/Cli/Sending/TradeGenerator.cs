using System.Buffers;
using System.Globalization;
using System.Text.Json;

namespace Pipeline.Embedded.Cli.Sending;

/// <summary>
/// Makes up a market: ticks of 500 symbols whose prices wander, some symbols traded far more often than others; and, for the same
/// market, limit orders near the prices. The same seed, start and rate always give the same events.
/// </summary>
internal sealed class TradeGenerator
{
    /// <summary>How many symbols there are.</summary>
    public const int Symbols = 500;

    /// <summary>How many events a second happen where nobody says how many.</summary>
    public const double UsualRate = 20_000;

    private readonly Random _random;
    private readonly string[] _names;
    private readonly double[] _prices;
    private readonly double[] _shares;
    private readonly DateTimeOffset _start;
    private readonly double _ticksBetween;
    private readonly ArrayBufferWriter<byte> _buffer = new();

    /// <param name="seed">Which market.</param>
    /// <param name="start">When its first event happens.</param>
    /// <param name="rate">Events a second, by their own time.</param>
    public TradeGenerator(int seed, DateTimeOffset start, double rate)
    {
        _random = new Random(seed);
        _start = start;
        _ticksBetween = TimeSpan.TicksPerSecond / rate;
        _names = Names();
        _prices = [.. Enumerable.Range(0, Symbols).Select(_ => Math.Exp(2.3 + 3.5 * _random.NextDouble()))];
        // A few symbols make most of a market's trades: the n-th most traded has a share of 1/n.
        var sum = 0.0;
        _shares = [.. Enumerable.Range(1, Symbols).Select(n => sum += 1.0 / n)];
    }

    /// <summary>Ticks: <c>id, symbol, price, size, time</c>.</summary>
    public IEnumerable<EventToSend> Trades()
    {
        for (var id = 0L; ; id++)
        {
            var symbol = NextSymbol();
            _prices[symbol] = Math.Clamp(_prices[symbol] * Math.Exp(0.0006 * Normal()), 0.05, 100_000);
            var size = 100 * (1 + (int)(-5 * Math.Log(1 - _random.NextDouble())));
            yield return Event(id, symbol, Math.Round(_prices[symbol], 2), size, side: null);
        }
    }

    /// <summary>The same ticks, and a limit order among every twenty: <c>kind</c> is <c>tick</c> or <c>order</c>, an order has a <c>side</c>, and
    /// its price is its limit.</summary>
    public IEnumerable<EventToSend> Orders()
    {
        for (var id = 0L; ; id++)
        {
            var symbol = NextSymbol();
            if (_random.Next(20) == 0)
            {
                var buys = _random.Next(2) == 0;
                var away = 0.003 * Math.Abs(Normal()) * (buys ? -1 : 1);
                yield return Event(id, symbol, Math.Round(_prices[symbol] * (1 + away), 2), 100 * (1 + _random.Next(10)), buys ? "buy" : "sell");
                continue;
            }

            _prices[symbol] = Math.Clamp(_prices[symbol] * Math.Exp(0.0006 * Normal()), 0.05, 100_000);
            yield return Event(id, symbol, Math.Round(_prices[symbol], 2), 100 * (1 + _random.Next(20)), "");
        }
    }

    private EventToSend Event(long id, int symbol, double price, int size, string? side)
    {
        var time = _start.AddTicks((long)(id * _ticksBetween));
        _buffer.ResetWrittenCount();
        using (var writer = new Utf8JsonWriter(_buffer))
        {
            writer.WriteStartObject();
            if (side is not null) writer.WriteString("kind", side.Length == 0 ? "tick" : "order");
            writer.WriteNumber("id", id);
            writer.WriteString("symbol", _names[symbol]);
            if (side is { Length: > 0 }) writer.WriteString("side", side);
            writer.WriteNumber("price", price);
            writer.WriteNumber("size", size);
            writer.WriteString("time", time.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.ffffffZ", CultureInfo.InvariantCulture));
            writer.WriteEndObject();
        }

        return new EventToSend(_buffer.WrittenSpan.ToArray(), _names[symbol], time);
    }

    private int NextSymbol()
    {
        var at = Array.BinarySearch(_shares, _random.NextDouble() * _shares[^1]);
        return Math.Min(at < 0 ? ~at : at, Symbols - 1);
    }

    // Box and Muller (1958).
    private double Normal() => Math.Sqrt(-2 * Math.Log(1 - _random.NextDouble())) * Math.Cos(2 * Math.PI * _random.NextDouble());

    private string[] Names()
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        Span<char> letters = stackalloc char[4];
        while (names.Count < Symbols)
        {
            var length = 3 + _random.Next(2);
            for (var i = 0; i < length; i++) letters[i] = (char)('A' + _random.Next(26));
            names.Add(letters[..length].ToString());
        }

        return [.. names];
    }
}
