using System.Text;
using Pipeline.Embedded.EventHubs.Log;

namespace Pipeline.Tests.EventHubs;

/// <summary>Old files go by age and by size; numbers go on, and readers go on with what is left.</summary>
public class LogRetentionTests
{
    [Fact]
    public async Task Retention_MoreBytesThanKept_DropsTheOldestFiles()
    {
        using var fixture = new LogFixture(new LogOptions { SegmentBytes = 1, RetentionBytes = 300 });

        for (var i = 0; i < 20; i++) await fixture.AppendAsync($"event {i}");

        var kept = fixture.StoredFrom(LogPosition.Start);
        Assert.InRange(kept.Count, 1, 5);
        Assert.Equal("event 19", kept[^1].Text);
        Assert.Equal(19, kept[^1].Sequence);
        Assert.Equal(kept[0].Sequence, fixture.Log.State.BeginSequenceNumber);
        Assert.InRange(fixture.Log.Length, 1, 400);
    }

    [Fact]
    public async Task Retention_EventsOlderThanKept_GoEvenWhereNothingFollows()
    {
        using var fixture = new LogFixture(new LogOptions { RetentionTime = TimeSpan.FromHours(1) });
        await fixture.AppendAsync("old");
        fixture.Time.Advance(TimeSpan.FromHours(2));

        await fixture.Log.RetainAsync();

        Assert.Empty(fixture.ReadAll());
        Assert.Equal((1L, 1L, true), (fixture.Log.State.BeginSequenceNumber, fixture.Log.State.NextSequenceNumber, fixture.Log.State.IsEmpty));
        fixture.Reopen();
        await fixture.AppendAsync("new");
        Assert.Equal((1L, "new"), Assert.Single(fixture.StoredFrom(LogPosition.Start).Select(stored => (stored.Sequence, stored.Text))));
    }

    [Fact]
    public async Task Retention_AFewEventsNowAndThen_KeepsNoneMuchLongerThanItsTime()
    {
        using var fixture = new LogFixture(new LogOptions { RetentionTime = TimeSpan.FromHours(8) });

        for (var hour = 0; hour < 30; hour++)
        {
            await fixture.AppendAsync($"{hour}");
            fixture.Time.Advance(TimeSpan.FromHours(1));
            await fixture.Log.RetainAsync();
        }

        var kept = fixture.ReadAll();
        Assert.Equal("29", kept[^1]);
        Assert.InRange(kept.Count, 7, 9);
    }

    [Fact]
    public async Task Reader_OvertakenByRetention_GoesOnWithTheOldestThatIsKept()
    {
        using var fixture = new LogFixture(new LogOptions { SegmentBytes = 1, ReadBytes = GroupHeader.Size, RetentionBytes = 300 });
        await fixture.AppendAsync("0", "1");
        var reader = fixture.Log.OpenReader(LogPosition.Start);
        Assert.Equal(0, Assert.Single(reader.ReadAvailable()).SequenceNumber);

        for (var i = 2; i < 30; i++) await fixture.AppendAsync($"{i}");
        var next = reader.ReadAvailable()[0];

        Assert.Equal(fixture.Log.State.BeginSequenceNumber, next.SequenceNumber);
        Assert.Equal($"{next.SequenceNumber}", Encoding.UTF8.GetString(next.Sections.Span));
    }
}
