using System.Buffers;
using System.Buffers.Text;

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

    private static readonly byte[] s_letters = "abcdefghijklmnopqrstuvwxyz"u8.ToArray();

    private const int MaxBytes = 1024;

    private static readonly byte[][] s_channels = ["Apple"u8.ToArray(), "Google"u8.ToArray(), "Facebook"u8.ToArray(), "Baidu"u8.ToArray()];
    private static readonly byte[][] s_states = ["AZ"u8.ToArray(), "CA"u8.ToArray(), "ID"u8.ToArray(), "OR"u8.ToArray(), "WA"u8.ToArray(), "WY"u8.ToArray()];
    private static readonly byte[][] s_cities = ["Phoenix"u8.ToArray(), "Los Angeles"u8.ToArray(), "San Francisco"u8.ToArray(), "Boise"u8.ToArray(), "Portland"u8.ToArray(), "Seattle"u8.ToArray()];

    private readonly Random _random = new(seed);
    private readonly byte[] _line = new byte[MaxBytes];
    private int _length;
    private long _next;

    /// <summary>Writes the next event.</summary>
    /// <param name="json">Where to.</param>
    /// <param name="time">Its time, in milliseconds since 1970-01-01 UTC.</param>
    public void Write(IBufferWriter<byte> json, long time)
    {
        var number = _next++;
        _length = 0;
        switch (number % Cycle)
        {
            case < PersonsInCycle:
                WritePerson(number, time);
                break;
            case < PersonsInCycle + AuctionsInCycle:
                WriteAuction(number, time);
                break;
            default:
                WriteBid(number, time);
                break;
        }

        json.Write(_line.AsSpan(0, _length));
    }

    private void WritePerson(long number, long time)
    {
        Put("{\"kind\":"u8, PersonKind);
        Put(",\"id\":"u8, LastPerson(number) + FirstId);
        Put(",\"name\":\""u8);
        PutLetters(6);
        Put(" "u8);
        PutLetters(8);
        Put("\",\"email\":\""u8);
        PutLetters(7);
        Put("@"u8);
        PutLetters(5);
        Put(".com\",\"creditCard\":\""u8);
        for (var i = 0; i < 4; i++) Put(i == 0 ? default : " "u8, _random.Next(1000, 10000));
        Put("\",\"city\":\""u8);
        Put(s_cities[_random.Next(s_cities.Length)]);
        Put("\",\"state\":\""u8);
        Put(s_states[_random.Next(s_states.Length)]);
        Put("\",\"dateTime\":"u8, time);
        PutExtra(30);
    }

    private void WriteAuction(long number, long time)
    {
        Put("{\"kind\":"u8, AuctionKind);
        Put(",\"id\":"u8, LastAuction(number) + FirstId);
        Put(",\"itemName\":\""u8);
        PutLetters(20);
        Put("\",\"description\":\""u8);
        PutLetters(100);
        var price = Price();
        Put("\",\"initialBid\":"u8, price);
        Put(",\"reserve\":"u8, price + Price());
        Put(",\"expires\":"u8, time + 10_000);
        var last = LastPerson(number);
        var seller = _random.Next(HotSellerRatio) > 0 ? last / HotEvery * HotEvery : ActivePerson(last);
        Put(",\"seller\":"u8, seller + FirstId);
        Put(",\"category\":"u8, FirstCategory + _random.Next(Categories));
        Put(",\"dateTime\":"u8, time);
        PutExtra(200);
    }

    private void WriteBid(long number, long time)
    {
        var lastAuction = LastAuction(number);
        var auction = _random.Next(HotAuctionRatio) > 0
            ? lastAuction / HotEvery * HotEvery
            : Math.Max(lastAuction - AuctionsInFlight, 0) is var first ? first + _random.NextInt64(lastAuction - first + 1 + IdLead) : 0;
        var lastPerson = LastPerson(number);
        var bidder = _random.Next(HotBidderRatio) > 0 ? (lastPerson / HotEvery * HotEvery) + 1 : ActivePerson(lastPerson);
        Put("{\"kind\":"u8, BidKind);
        Put(",\"auction\":"u8, auction + FirstId);
        Put(",\"bidder\":"u8, bidder + FirstId);
        Put(",\"price\":"u8, Price());
        Put(",\"channel\":\""u8);
        Put(s_channels[_random.Next(s_channels.Length)]);
        Put("\",\"dateTime\":"u8, time);
        PutExtra(20);
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

    private void PutExtra(int about)
    {
        Put(",\"extra\":\""u8);
        PutLetters(about);
        Put("\"}"u8);
    }

    private void Put(ReadOnlySpan<byte> text)
    {
        text.CopyTo(_line.AsSpan(_length));
        _length += text.Length;
    }

    private void Put(ReadOnlySpan<byte> name, long value)
    {
        Put(name);
        Utf8Formatter.TryFormat(value, _line.AsSpan(_length), out var written);
        _length += written;
    }

    private void PutLetters(int about)
    {
        var letters = _line.AsSpan(_length, _random.Next(about * 4 / 5, (about * 6 / 5) + 1));
        _random.GetItems(s_letters, letters);
        _length += letters.Length;
    }
}
