using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Pipeline.Embedded.EventHubs.Trigger;
using Pipeline.Storage;
using Pipeline.Tests.Storage;

namespace Pipeline.Tests.EventHubs;

/// <summary>A checkpoint belongs to one host at a time, and to one hub.</summary>
public sealed class PartitionCheckpointTests : IDisposable
{
    private static readonly HubDescription s_hub = new(["0"], new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));

    private readonly TemporaryFolder _folder = new();
    private readonly FakeTimeProvider _time = new();
    private readonly HubObjects _objects;

    public PartitionCheckpointTests() => _objects = new HubObjects(new DirectoryObjectStore(_folder.Path), "Localhost", "Events", "$Default");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Claim_AfterAnotherOwner_GoesOnWhereItWas()
    {
        var first = await ClaimAsync("a");
        first.Advance(41, "1000");
        await first.FlushAsync();

        var second = await ClaimAsync("b");

        Assert.Equal((41L, "1000", 2L), (second.Latest.SequenceNumber, second.Latest.Offset, second.Latest.Epoch));
    }

    [Fact]
    public async Task Advance_BySupersededOwner_WritesNothingAndTellsItSo()
    {
        var stale = await ClaimAsync("a");
        var isLost = false;
        stale.Lost = () => isLost = true;
        var owner = await ClaimAsync("b");
        owner.Advance(7, "70");
        await owner.FlushAsync();

        stale.Advance(99, "990");
        await stale.FlushAsync();

        Assert.True(isLost);
        Assert.Equal(7, (await ClaimAsync("c")).Latest.SequenceNumber);
    }

    [Fact]
    public async Task Advance_ManyTimes_EndsWithTheLast()
    {
        var checkpoint = await ClaimAsync("a");
        for (var i = 0; i < 1000; i++) checkpoint.Advance(i, $"{10 * i}");
        await checkpoint.FlushAsync();

        Assert.Equal(999, (await ClaimAsync("a")).Latest.SequenceNumber);
    }

    [Fact]
    public async Task Claim_HubMadeAnew_BeginsAnew()
    {
        var old = await ClaimAsync("a");
        old.Advance(5, "50");
        await old.FlushAsync();

        var anew = await ClaimAsync("a", s_hub with { CreatedAt = s_hub.CreatedAt.AddSeconds(1) });

        Assert.Equal(-1, anew.Latest.SequenceNumber);
    }

    [Fact]
    public void Path_OfACheckpoint_IsWhereTheOfficialHostHasIt() =>
        Assert.Equal("localhost/events/$default/checkpoint/3", _objects.CheckpointPath("3"));

    private Task<PartitionCheckpoint> ClaimAsync(string owner, HubDescription? hub = null) =>
        PartitionCheckpoint.ClaimAsync(_objects, "0", owner, hub ?? s_hub, _time, NullLogger.Instance, CancellationToken.None);
}
