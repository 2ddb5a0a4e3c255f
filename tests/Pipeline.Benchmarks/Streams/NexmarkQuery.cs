namespace Pipeline.Benchmarks.Streams;

/// <summary>A query of the Nexmark suite, and how fast it must be.</summary>
/// <param name="Name">Its name: q0, q1, ...</param>
/// <param name="Says">What it does, in a line.</param>
/// <param name="Sql">The query in Pipeline's dialect.</param>
/// <param name="PartitionKey">By what its bids are partitioned, so that one core works by itself.</param>
/// <param name="Flink">Flink's published events a second and core, with exactly-once.</param>
/// <param name="Goal">The goal, in events a second on one core.</param>
internal sealed record NexmarkQuery(string Name, string Says, string Sql, IReadOnlyList<string> PartitionKey, double Flink, double Goal)
{
    private const string Bids = "from events where kind = 2";

    public static IReadOnlyList<NexmarkQuery> All { get; } =
    [
        new("q0", "passes bids on", $"select auction, bidder, price, date_time, extra {Bids}", [], 155_000, 775_000),
        new("q1", "turns dollars into euros", $"select auction, bidder, 0.908 * price as price, date_time, extra {Bids}", [], 158_000, 775_000),
        new("q2", "picks auctions", $"select auction, price {Bids} and auction % 123 = 0", [], 0, 775_000),
        new("q5", "the auctions with the most bids in 10 s, every 2 s", $"select auction, count(*) as bids, window_start, window_end {Bids} group by auction, hop(date_time, '2 seconds', '10 seconds') qualify rank() over (order by count(*) desc) = 1", [], 22_000, 110_000),
        new("q7", "the highest bid in every 10 s", $"select arg_max(auction, price) as auction, arg_max(bidder, price) as bidder, max(price) as price, arg_max(extra, price) as extra, window_end {Bids} group by tumble(date_time, '10 seconds')", [], 12_000, 60_000),
        new("q11", "bids a bidder and session, 10 s apart", $"select bidder, count(*) as bids, window_start, window_end {Bids} group by bidder, session(date_time, '10 seconds')", ["bidder"], 40_000, 200_000),
        new("q12", "bids a bidder and 10 s of processing time", $"select bidder, count(*) as bids, window_start, window_end {Bids} group by bidder, tumble(enqueued_time, '10 seconds')", ["bidder"], 76_000, 380_000),
    ];
}
