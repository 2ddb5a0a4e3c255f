namespace Pipeline.Embedded.EventHubs.Trigger;

/// <summary>
/// Decides which partitions a host takes, so that hosts that decide for themselves end up with even shares: first those that
/// nobody owns, then, where it has less than its share, some of the host that has the most.
/// </summary>
internal static class PartitionShares
{
    /// <summary>The partitions to take now.</summary>
    /// <param name="ownerships">All partitions of the hub.</param>
    /// <param name="host">The host that asks.</param>
    /// <param name="running">Those that it works on already.</param>
    public static IReadOnlyList<string> ToTake(IReadOnlyList<Ownership> ownerships, string host, IReadOnlySet<string> running)
    {
        var active = ownerships.Where(one => one is { IsActive: true, Owner.Length: > 0 } && one.Owner != host).ToList();
        var owners = active.Select(one => one.Owner).Distinct(StringComparer.Ordinal).Count() + 1;
        var (least, rest) = Math.DivRem(ownerships.Count, owners);
        var most = rest > 0 ? least + 1 : least;

        // What stands in this host's name and is not worked on is left from before a restart.
        var taken = ownerships.Where(one => one.Owner == host && one.IsActive && !running.Contains(one.Partition)).Select(one => one.Partition).ToList();
        var free = ownerships.Where(one => !running.Contains(one.Partition) && (one.Owner.Length == 0 || !one.IsActive)).Select(one => one.Partition).ToList();
        var mine = running.Count + taken.Count;
        // Hosts that start together should not reach for the same ones.
        var start = free.Count == 0 ? 0 : (int)((uint)Seed(host) % (uint)free.Count);
        for (var i = 0; i < free.Count && mine < most; i++, mine++) taken.Add(free[(start + i) % free.Count]);

        var others = active.GroupBy(one => one.Owner, StringComparer.Ordinal).ToDictionary(same => same.Key, same => same.Select(one => one.Partition).ToList());
        while (mine < least && others.Count > 0)
        {
            var richest = others.OrderByDescending(other => other.Value.Count).ThenBy(other => other.Key, StringComparer.Ordinal).First().Value;
            if (richest.Count <= least) break;
            taken.Add(richest[^1]);
            richest.RemoveAt(richest.Count - 1);
            mine++;
        }

        return taken;
    }

    // The same in every process.
    private static int Seed(string host)
    {
        var seed = 17;
        foreach (var letter in host) seed = unchecked((seed * 31) + letter);
        return seed;
    }
}
