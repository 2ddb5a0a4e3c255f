using System.Globalization;
using Pipeline.Streams;

namespace Pipeline.Tests.Streams.Engine;

/// <summary>An event of the tests' stream. Prices are quarters, so that sums of them are exact in any order.</summary>
internal sealed record StreamEvent(int Partition, long Sequence, string? Symbol, double? Price, long Size, long Time)
{
    public const string Table = "symbol VARCHAR, price DOUBLE, size BIGINT, time TIMESTAMP, window_start TIMESTAMP, window_end TIMESTAMP";

    public static StreamSource Source { get; } = new(
        "trades",
        [new("symbol", EventColumnType.Varchar), new("price", EventColumnType.Double), new("size", EventColumnType.BigInt), new("time", EventColumnType.Timestamp)],
        "time");

    /// <summary>Adds the event to a batch.</summary>
    public void AddTo(EventBatch batch)
    {
        if (Symbol is null) batch.Columns[0].AppendNull();
        else batch.Columns[0].Append(System.Text.Encoding.UTF8.GetBytes(Symbol));
        if (Price is { } price) batch.Columns[1].Append(price);
        else batch.Columns[1].AppendNull();
        batch.Columns[2].Append(Size);
        batch.Columns[3].Append(Time);
        batch.Add(Sequence, Time);
    }

    /// <summary>The event in one of its windows, as a row of <see cref="Table"/>.</summary>
    public string Row(long start, long end) => string.Create(
        CultureInfo.InvariantCulture,
        $"({(Symbol is null ? "NULL" : $"'{Symbol}'")}, {(Price is { } p ? p.ToString("R", CultureInfo.InvariantCulture) : "NULL")}, {Size}, make_timestamp({Time}::BIGINT), make_timestamp({start}::BIGINT), make_timestamp({end}::BIGINT))");

    /// <summary>Random events of some partitions: about in the order of time, with events that come too late, equal times and pauses.</summary>
    public static IReadOnlyList<StreamEvent> Make(Random random, int count, int partitions, long step, int keys)
    {
        var events = new List<StreamEvent>();
        var time = -3 * step + random.NextInt64(step);
        var sequences = new long[partitions];
        for (var i = 0; i < count; i++)
        {
            time += random.Next(12) switch { 0 => 0, 1 => step * random.Next(1, 30), _ => random.NextInt64(step) };
            var late = random.Next(10) switch { 0 => random.NextInt64(40 * step), 1 or 2 => random.NextInt64(4 * step), _ => 0 };
            var key = random.Next(keys + 1);
            var partition = random.Next(partitions);
            events.Add(new StreamEvent(
                partition, sequences[partition]++, key == keys ? null : key % 2 == 0 ? $"S{key}" : $"a longer symbol number {key}",
                random.Next(15) == 0 ? null : random.Next(-40, 400) / 4.0, random.Next(1, 9), time - late));
        }

        return events;
    }
}
