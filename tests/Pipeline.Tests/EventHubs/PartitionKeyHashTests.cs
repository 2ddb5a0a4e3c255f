using System.Text;
using Pipeline.Streams;

namespace Pipeline.Tests.EventHubs;

/// <summary>Keys go where the official clients would send them.</summary>
public class PartitionKeyHashTests
{
    /// <summary>The hashes are those of @azure/event-hubs 6.0.4.</summary>
    [Theory]
    [InlineData("", 0, 0)]
    [InlineData("a", -16220, 28)]
    [InlineData("ab", 2093, 13)]
    [InlineData("abc", -14161, 17)]
    [InlineData("abcdefgh", 22170, 26)]
    [InlineData("abcdefghijkl", -2373, 5)]
    [InlineData("abcdefghijklm", -31855, 15)]
    [InlineData("MSFT", 22563, 3)]
    [InlineData("device-17", -8360, 8)]
    [InlineData("Grüße, 世界", -15804, 28)]
    [InlineData("0123456789012345678901234567890123456789", -13322, 10)]
    public void Hash_Key_IsThatOfTheOfficialClients(string key, short hash, int partitionOf32)
    {
        var bytes = Encoding.UTF8.GetBytes(key);

        Assert.Equal(hash, PartitionKeyHash.Hash(bytes));
        Assert.Equal(partitionOf32, PartitionKeyHash.Partition(bytes, 32));
    }
}
