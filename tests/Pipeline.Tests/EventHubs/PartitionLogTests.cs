using System.Text;
using CsCheck;
using Pipeline.Embedded.EventHubs.Log;

namespace Pipeline.Tests.EventHubs;

/// <summary>A partition's log gives back what was appended, from wherever a reader wants to start.</summary>
public class PartitionLogTests
{
    [Fact]
    public async Task Append_Events_AreReadInOrderWithSequenceNumbersFromZero()
    {
        using var fixture = new LogFixture();

        await fixture.AppendAsync("a", "b");
        var third = await fixture.Log.AppendAsync([LogFixture.Event("c"), LogFixture.Event("d")]);

        Assert.Equal(2, third);
        Assert.Equal([(0L, "a"), (1L, "b"), (2L, "c"), (3L, "d")], fixture.StoredFrom(LogPosition.Start).Select(stored => (stored.Sequence, stored.Text)));
    }

    [Fact]
    public async Task Append_KeyAnnotationsAndSections_ComeBackByteForByte()
    {
        using var fixture = new LogFixture();
        var key = Encoding.UTF8.GetBytes("Grüße");
        byte[] annotations = [0xa1, 0x01, 0x61, 0x41], sections = [0, 255, 7, 0x53];

        await fixture.Log.AppendAsync([new EventToAppend(key, annotations, 1, sections)]);

        var stored = Assert.Single(fixture.Log.OpenReader(LogPosition.Start).ReadAvailable());
        Assert.Equal(key, stored.PartitionKey.ToArray());
        Assert.Equal(annotations, stored.Annotations.ToArray());
        Assert.Equal(1, stored.AnnotationCount);
        Assert.Equal(sections, stored.Sections.ToArray());
    }

    [Fact]
    public async Task Append_ManyAtOnce_AreAllStoredOnce()
    {
        using var fixture = new LogFixture();

        var firsts = await Task.WhenAll(Enumerable.Range(0, 500).Select(i => fixture.Log.AppendAsync([LogFixture.Event($"{i}")])));

        var texts = fixture.ReadAll();
        Assert.Equal(500, texts.Count);
        Assert.All(firsts.Select((sequence, i) => (sequence, i)), pair => Assert.Equal($"{pair.i}", texts[(int)pair.sequence]));
    }

    [Fact]
    public async Task Reader_AtTheEnd_WaitsForTheNextEvent()
    {
        using var fixture = new LogFixture();
        await fixture.AppendAsync("before");
        var reader = fixture.Log.OpenReader(LogPosition.End);
        var reading = reader.ReadAsync(CancellationToken.None).AsTask();
        Assert.False(reading.IsCompleted);

        await fixture.AppendAsync("after");

        Assert.Equal("after", Encoding.UTF8.GetString(Assert.Single(await reading).Sections.Span));
    }

    [Fact]
    public async Task Reader_ThatWaits_EndsWithItsToken()
    {
        using var fixture = new LogFixture();
        using var stop = new CancellationTokenSource();
        var reading = fixture.Log.OpenReader(LogPosition.Start).ReadAsync(stop.Token).AsTask();

        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading);
    }

    [Fact]
    public async Task Reader_WhenTheLogCloses_EndsRatherThanWaits()
    {
        var fixture = new LogFixture();
        var reading = fixture.Log.OpenReader(LogPosition.Start).ReadAsync(CancellationToken.None).AsTask();

        fixture.Dispose();

        await Assert.ThrowsAsync<ObjectDisposedException>(() => reading);
    }

    [Fact]
    public async Task OpenReader_BehindTheEnd_SaysThatTheCheckpointIsStale()
    {
        using var fixture = new LogFixture();
        await fixture.AppendAsync("a", "b");
        var last = fixture.StoredFrom(LogPosition.Start)[^1];

        Assert.Empty(fixture.ReadFrom(LogPosition.AfterSequenceNumber(last.Sequence)));
        Assert.Empty(fixture.ReadFrom(LogPosition.AfterOffset(last.Offset)));
        Assert.Contains("sequence number 2", Assert.Throws<PositionUnknownException>(() => fixture.Log.OpenReader(LogPosition.AfterSequenceNumber(2))).Message);
        Assert.Contains("offset 100000", Assert.Throws<PositionUnknownException>(() => fixture.Log.OpenReader(LogPosition.AfterOffset(100_000))).Message);
    }

    [Fact]
    public async Task Append_AfterTheClockWasSetBack_KeepsTimesInOrder()
    {
        using var fixture = new LogFixture();
        await fixture.AppendAsync("a");
        fixture.Time.AdjustTime(fixture.Time.GetUtcNow().AddHours(-1));

        await fixture.AppendAsync("b");

        var times = fixture.StoredFrom(LogPosition.Start).Select(stored => stored.Time).ToArray();
        Assert.Equal(times[0], times[1]);
    }

    [Fact]
    public async Task State_AfterAppendsAndAStart_TellsWhatIsThere()
    {
        using var fixture = new LogFixture();
        Assert.True(fixture.Log.State.IsEmpty);
        Assert.Null(fixture.Log.State.LastOffset);

        await fixture.AppendAsync("a", "b");
        var last = fixture.StoredFrom(LogPosition.Start)[^1];
        var expected = new PartitionState(0, 2, last.Offset, fixture.Time.GetUtcNow().ToUnixTimeMilliseconds());

        Assert.Equal(expected, fixture.Log.State);
        fixture.Reopen();
        Assert.Equal(expected, fixture.Log.State);
    }

    [Fact]
    public async Task Append_OnAClosedLog_IsRefused()
    {
        var fixture = new LogFixture();
        fixture.Dispose();

        await Assert.ThrowsAsync<ObjectDisposedException>(() => fixture.Log.AppendAsync([LogFixture.Event("late")]));
    }

    /// <summary>Random appends over many small files: every way to start finds the events that a plain list would.</summary>
    [Fact]
    public void Log_RandomAppendsAndStarts_ReadsWhatAListWouldGive() =>
        Gen.Select(Gen.Int[1, 6].Array[1, 25], Gen.Int[0, 120].Array[10], Gen.Int[48, 400], Gen.Int[100, 900]).Sample((groups, lengths, read, segment) =>
        {
            using var fixture = new LogFixture(new LogOptions { SegmentBytes = segment, ReadBytes = read, CommitBytes = 300 });
            var count = 0;
            foreach (var size in groups)
            {
                var events = Enumerable.Range(count, size).Select(i => LogFixture.Event(i + new string('x', lengths[i % lengths.Length]), $"k{i}")).ToArray();
                count += size;
                fixture.Log.AppendAsync(events).GetAwaiter().GetResult();
                fixture.Time.Advance(TimeSpan.FromMilliseconds(size - 1));
                if (size == 3) fixture.Reopen();
            }

            var all = fixture.StoredFrom(LogPosition.Start);
            Assert.Equal(Enumerable.Range(0, count).Select(i => ((long)i, i + new string('x', lengths[i % lengths.Length]))), all.Select(stored => (stored.Sequence, stored.Text)));
            foreach (var stored in all)
            {
                var rest = (int)stored.Sequence;
                Assert.Equal(all.Skip(rest), fixture.StoredFrom(LogPosition.FromSequenceNumber(stored.Sequence)));
                Assert.Equal(all.Skip(rest + 1), fixture.StoredFrom(LogPosition.AfterSequenceNumber(stored.Sequence)));
                Assert.Equal(all.Skip(rest), fixture.StoredFrom(LogPosition.FromOffset(stored.Offset)));
                Assert.Equal(all.Skip(rest + 1), fixture.StoredFrom(LogPosition.AfterOffset(stored.Offset)));
                Assert.Equal(all.Where(other => other.Time >= stored.Time), fixture.StoredFrom(LogPosition.FromTime(stored.Time)));
                Assert.Equal(all.Where(other => other.Time > stored.Time), fixture.StoredFrom(LogPosition.AfterTime(stored.Time)));
            }
        }, iter: 20);
}
