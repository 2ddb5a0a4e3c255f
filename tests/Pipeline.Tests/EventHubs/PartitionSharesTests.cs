using CsCheck;
using Pipeline.Embedded.EventHubs.Trigger;

namespace Pipeline.Tests.EventHubs;

/// <summary>Hosts that decide for themselves end up with even shares.</summary>
public class PartitionSharesTests
{
    [Fact]
    public void ToTake_NobodyElse_IsEverything() =>
        Assert.Equal(["0", "1", "2"], Take("a", ["", "", ""]).Order());

    [Fact]
    public void ToTake_OwnerWithoutASign_IsLeftOut() =>
        Assert.Equal(["1"], PartitionShares.ToTake([new("0", "a", true), new("1", "b", false)], "a", new HashSet<string> { "0" }));

    [Fact]
    public void ToTake_OthersHaveTheirShareAndNotMore_IsNothing() =>
        Assert.Empty(Take("a", ["a", "a", "b", "b", "b"]));

    [Fact]
    public void ToTake_OwnPartitionsOfBeforeARestart_AreTakenAtOnce() =>
        Assert.Equal(["0", "1"], PartitionShares.ToTake([new("0", "a", true), new("1", "a", true)], "a", new HashSet<string>()).Order());

    [Fact]
    public void ToTake_HostsTakingTurns_EndsInSharesThatDifferByOneAtMostAndStay() =>
        Gen.Select(Gen.Int[1, 40], Gen.Int[1, 7], Gen.Int[0, 1_000_000]).Sample((partitions, hosts, seed) =>
        {
            var random = new Random(seed);
            var owners = Enumerable.Repeat("", partitions).ToArray();
            for (var turn = 0; turn < 20 * hosts; turn++) TakeTurn($"host {random.Next(hosts)}");
            for (var host = 0; host < hosts; host++) TakeTurn($"host {host}");

            var shares = Enumerable.Range(0, hosts).Select(host => owners.Count(owner => owner == $"host {host}")).ToArray();
            Assert.DoesNotContain("", owners);
            Assert.InRange(shares.Max() - shares.Min(), 0, 1);
            for (var host = 0; host < hosts; host++) Assert.Empty(Take($"host {host}", owners));

            void TakeTurn(string host)
            {
                foreach (var partition in Take(host, owners)) owners[int.Parse(partition, System.Globalization.CultureInfo.InvariantCulture)] = host;
            }
        });

    private static IReadOnlyList<string> Take(string host, string[] owners) => PartitionShares.ToTake(
        [.. owners.Select((owner, partition) => new Ownership($"{partition}", owner, true))],
        host,
        owners.Select((owner, partition) => (owner, partition)).Where(one => one.owner == host).Select(one => $"{one.partition}").ToHashSet());
}
