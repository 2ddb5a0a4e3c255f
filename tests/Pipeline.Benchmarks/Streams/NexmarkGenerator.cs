using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Pipeline.Benchmarks.Streams;

/// <summary>
/// Events of an auction house by the published Nexmark model: of every 50 events one is a person, three are auctions and 46 are bids;
/// half of the bids go to a hot auction, three quarters come from a hot bidder, the others from those in flight. Each event is JSON,
/// filled up to the model's sizes: about 200 bytes a person, 500 an auction, 100 a bid. The same seed gives the same events.
/// </summary>
internal sealed class NexmarkGenerator(int seed)
{
    public const int PersonKind = 0;
    public const int AuctionKind = 1;
    public const int BidKind = 2;

    private const int Cycle = 50;
    private const int PersonsInCycle = 1;
    private const int AuctionsInCycle = 3;
    private const long FirstId = 1000;
    private const long FirstCategory = 10;
    private const int Categories = 5;
    private const int AuctionsInFlight = 100;
    private const int ActivePeople = 1000;
    private const int IdLead = 10;
    private const int HotAuctionRatio = 2;
    private const int HotBidderRatio = 4;
    private const int HotSellerRatio = 4;
    private const int HotEvery = 100;

    private static readonly string[] s_channels = ["Apple", "Google", "Facebook", "Baidu"];
    private static readonly string[] s_states = ["AZ", "CA", "ID", "OR", "WA", "WY"];
    private static readonly string[] s_cities = ["Phoenix", "Los Angeles", "San Francisco", "Boise", "Portland", "Bend", "Redmond", "Seattle", "Kent", "Cheyenne"];

    private readonly Random _random = new(seed);
    private long _next;

    /// <summary>Writes the next event.</summary>
    /// <param name="json">Where to.</param>
    /// <param name="time">Its time, in milliseconds since 1970-01-01 UTC.</param>
    public void Write(IBufferWriter<byte> json, long time)
    {
        var number = _next++;
        using var writer = new Utf8JsonWriter(json);
        writer.WriteStartObject();
        switch (number % Cycle)
        {
            case < PersonsInCycle:
                WritePerson(writer, number, time);
                break;
            case < PersonsInCycle + AuctionsInCycle:
                WriteAuction(writer, number, time);
                break;
            default:
                WriteBid(writer, number, time);
                break;
        }

        writer.WriteEndObject();
    }

    private void WritePerson(Utf8JsonWriter writer, long number, long time)
    {
        writer.WriteNumber("kind", PersonKind);
        writer.WriteNumber("id", LastPerson(number) + FirstId);
        writer.WriteString("name", $"{Letters(6)} {Letters(8)}");
        writer.WriteString("email", $"{Letters(7)}@{Letters(5)}.com");
        writer.WriteString("creditCard", string.Create(CultureInfo.InvariantCulture, $"{_random.Next(10000):0000} {_random.Next(10000):0000} {_random.Next(10000):0000} {_random.Next(10000):0000}"));
        writer.WriteString("city", s_cities[_random.Next(s_cities.Length)]);
        writer.WriteString("state", s_states[_random.Next(s_states.Length)]);
        writer.WriteNumber("dateTime", time);
        writer.WriteString("extra", Letters(30));
    }

    private void WriteAuction(Utf8JsonWriter writer, long number, long time)
    {
        writer.WriteNumber("kind", AuctionKind);
        writer.WriteNumber("id", LastAuction(number) + FirstId);
        writer.WriteString("itemName", Letters(20));
        writer.WriteString("description", Letters(100));
        var price = Price();
        writer.WriteNumber("initialBid", price);
        writer.WriteNumber("reserve", price + Price());
        writer.WriteNumber("expires", time + 10_000);
        var last = LastPerson(number);
        var seller = _random.Next(HotSellerRatio) > 0 ? last / HotEvery * HotEvery : ActivePerson(last);
        writer.WriteNumber("seller", seller + FirstId);
        writer.WriteNumber("category", FirstCategory + _random.Next(Categories));
        writer.WriteNumber("dateTime", time);
        writer.WriteString("extra", Letters(200));
    }

    private void WriteBid(Utf8JsonWriter writer, long number, long time)
    {
        var lastAuction = LastAuction(number);
        var auction = _random.Next(HotAuctionRatio) > 0
            ? lastAuction / HotEvery * HotEvery
            : Math.Max(lastAuction - AuctionsInFlight, 0) is var first ? first + _random.NextInt64(lastAuction - first + 1 + IdLead) : 0;
        var lastPerson = LastPerson(number);
        var bidder = _random.Next(HotBidderRatio) > 0 ? (lastPerson / HotEvery * HotEvery) + 1 : ActivePerson(lastPerson);
        writer.WriteNumber("kind", BidKind);
        writer.WriteNumber("auction", auction + FirstId);
        writer.WriteNumber("bidder", bidder + FirstId);
        writer.WriteNumber("price", Price());
        writer.WriteString("channel", s_channels[_random.Next(s_channels.Length)]);
        writer.WriteNumber("dateTime", time);
        writer.WriteString("extra", Letters(20));
    }

    private long ActivePerson(long last)
    {
        var active = Math.Min(last + 1, ActivePeople);
        return last + 1 - active + _random.NextInt64(active + IdLead);
    }

    private static long LastPerson(long number) => number / Cycle * PersonsInCycle;

    private static long LastAuction(long number)
    {
        var (cycle, place) = (number / Cycle, number % Cycle);
        var within = place < PersonsInCycle ? -1 : Math.Min(place - PersonsInCycle, AuctionsInCycle - 1);
        return Math.Max(0, (cycle * AuctionsInCycle) + within);
    }

    private long Price() => (long)Math.Round(Math.Pow(10, _random.NextDouble() * 6) * 100);

    private string Letters(int about)
    {
        var length = _random.Next(about * 4 / 5, (about * 6 / 5) + 1);
        var text = new StringBuilder(length);
        for (var i = 0; i < length; i++) text.Append((char)('a' + _random.Next(26)));
        return text.ToString();
    }
}
