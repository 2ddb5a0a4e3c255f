using Pipeline.Embedded.EventHubs.Log;

namespace Pipeline.Tests.EventHubs;

/// <summary>What was acknowledged survives whatever a crash leaves behind it; what was damaged is said, not skipped.</summary>
public class LogRecoveryTests
{
    [Fact]
    public async Task Open_LastWriteCutAtEveryByte_KeepsWhatWasBeforeItAndGoesOn()
    {
        using var fixture = new LogFixture();
        await fixture.AppendAsync("first", "second");
        var whole = new FileInfo(Assert.Single(fixture.Files)).Length;
        await fixture.AppendAsync("torn");
        var file = Assert.Single(fixture.Files);
        fixture.Log.Dispose();
        var bytes = await File.ReadAllBytesAsync(file);

        for (var length = whole; length < bytes.Length; length++)
        {
            await File.WriteAllBytesAsync(file, bytes[..(int)length]);
            fixture.Reopen();

            Assert.Equal(["first", "second"], fixture.ReadAll());
            await fixture.AppendAsync("next");
            fixture.Reopen();
            Assert.Equal([(0L, "first"), (1L, "second"), (2L, "next")], fixture.StoredFrom(LogPosition.Start).Select(stored => (stored.Sequence, stored.Text)));
            fixture.Log.Dispose();
        }
    }

    [Fact]
    public async Task Open_LastWriteHalfZeros_KeepsWhatWasBeforeIt()
    {
        using var fixture = new LogFixture();
        await fixture.AppendAsync("first", "torn and not yet on the disk");

        fixture.Reopen(() => Overwrite(fixture.Files[0], fromEnd: 10, new byte[10]));

        Assert.Equal(["first"], fixture.ReadAll());
    }

    [Fact]
    public async Task Open_EveryByteBeforeTheLastWriteDamaged_IsReportedAndNothingIsCut()
    {
        using var fixture = new LogFixture();
        await fixture.AppendAsync("first", "second");
        var file = Assert.Single(fixture.Files);
        var damageable = new FileInfo(file).Length;
        await fixture.AppendAsync("third");
        fixture.Log.Dispose();
        var bytes = await File.ReadAllBytesAsync(file);

        for (var at = 0; at < damageable; at++)
        {
            var damaged = (byte[])bytes.Clone();
            damaged[at] ^= 0x40;
            await File.WriteAllBytesAsync(file, damaged);

            Assert.Contains(file, Assert.Throws<LogDamagedException>(fixture.Open).Message);
            Assert.Equal(damaged, await File.ReadAllBytesAsync(file));
        }

        await File.WriteAllBytesAsync(file, bytes);
        fixture.Reopen();
        Assert.Equal(["first", "second", "third"], fixture.ReadAll());
    }

    [Fact]
    public async Task Open_AFileInTheMiddleMissing_IsReported()
    {
        using var fixture = new LogFixture(new LogOptions { SegmentBytes = 1 });
        await fixture.AppendAsync("a", "b", "c", "d");
        var missing = fixture.Files[1];
        var kept = await File.ReadAllBytesAsync(missing);

        fixture.Log.Dispose();
        File.Delete(missing);

        Assert.Contains("next file starts at", Assert.Throws<LogDamagedException>(fixture.Open).Message);
        await File.WriteAllBytesAsync(missing, kept);
        fixture.Reopen();
        Assert.Equal(["a", "b", "c", "d"], fixture.ReadAll());
    }

    [Fact]
    public async Task Read_ADamagedGroupOfAnOlderFile_IsReportedAndLaterOnesCanBeRead()
    {
        using var fixture = new LogFixture(new LogOptions { SegmentBytes = 1 });
        await fixture.AppendAsync("a", "b", "c");

        fixture.Reopen(() => Overwrite(fixture.Files[1], fromEnd: 1, "?"u8.ToArray()));

        var reader = fixture.Log.OpenReader(LogPosition.Start);
        Assert.Equal(0, Assert.Single(reader.ReadAvailable()).SequenceNumber);
        Assert.Contains(fixture.Files[1], Assert.Throws<LogDamagedException>(reader.ReadAvailable).Message);
        Assert.Equal(["c"], fixture.ReadFrom(LogPosition.FromSequenceNumber(2)));
    }

    [Fact]
    public async Task Open_AFileThatIsNoSegment_IsReported()
    {
        using var fixture = new LogFixture();
        await fixture.AppendAsync("a");
        fixture.Log.Dispose();
        var stray = Path.Combine(fixture.Folder, "copy of 1" + LogSegment.Extension);
        await File.WriteAllTextAsync(stray, "");

        Assert.Contains(stray, Assert.Throws<LogDamagedException>(fixture.Open).Message);
        File.Delete(stray);
        fixture.Reopen();
    }

    private static void Overwrite(string path, int fromEnd, byte[] bytes)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Write);
        file.Seek(-fromEnd, SeekOrigin.End);
        file.Write(bytes);
    }
}
