using System.Globalization;
using System.Text;
using System.Text.Json;
using Azure.Messaging.EventHubs;
using Microsoft.Azure.Functions.Worker;
using Pipeline.Streams;

namespace Pipeline.Benchmarks.Streams;

/// <summary>Does to trades what any stream does at the least: reads each and adds it up by its symbol.</summary>
/// <param name="tally">Counts them.</param>
public sealed class TradeFunction(TradeTally tally)
{
    /// <summary>The hub that it listens to.</summary>
    internal const string Hub = "trades";

    /// <summary>Its name.</summary>
    internal const string Name = "Trades";

    private const int EventBytes = 200;
    private const int Symbols = 500;

    private readonly Dictionary<int, double> _sums = [];

    /// <summary>Adds up.</summary>
    /// <param name="events">Trades.</param>
    [Function(Name)]
    public void Run([EventHubTrigger(Hub, Connection = "EventHubsConnection")] EventData[] events)
    {
        foreach (var one in events)
        {
            var reader = new Utf8JsonReader(one.Body.Span);
            var symbol = 0;
            while (reader.Read())
            {
                if (reader.TokenType != JsonTokenType.PropertyName) continue;
                if (reader.ValueTextEquals("symbol"u8))
                {
                    reader.Read();
                    symbol = int.Parse(reader.ValueSpan[1..], CultureInfo.InvariantCulture);
                }
                else if (reader.ValueTextEquals("price"u8))
                {
                    reader.Read();
                    _sums[symbol] = _sums.GetValueOrDefault(symbol) + reader.GetDouble();
                }
            }
        }

        tally.Add(events.Length);
    }

    /// <summary>Trades of 500 symbols, of 200 bytes each, with their symbols as partition keys.</summary>
    internal static OutgoingEvent[] Sample(int count) =>
    [
        .. Enumerable.Range(0, count).Select(i =>
        {
            var text = string.Create(CultureInfo.InvariantCulture, $$"""{"symbol":"S{{i % Symbols}}","price":{{100 + (i % 97 / 4.0)}},"size":{{i % 900}},"time":"2026-01-05T14:30:00.{{i % 1000:D3}}Z","venue":"XNYS","note":" """);
            return new OutgoingEvent(Encoding.UTF8.GetBytes(text.PadRight(EventBytes - 2, 'x') + "\"}"), $"S{i % Symbols}");
        }),
    ];
}
