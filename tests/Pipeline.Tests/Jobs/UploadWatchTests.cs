using Microsoft.DurableTask;
using Moq;
using Pipeline.Jobs;
using Pipeline.Storage;

namespace Pipeline.Tests.Jobs;

/// <summary>When an upload counts as over, against a mocked context in which events come, or nothing does.</summary>
public class UploadWatchTests
{
    private const string Dataset = "sales";

    private readonly Mock<TaskOrchestrationContext> _context = new();
    private readonly List<string> _log = [];

    public UploadWatchTests()
    {
        _context.Setup(c => c.ContinueAsNew(Dataset, true)).Callback(() => _log.Add("again"));
        _context.Setup(c => c.CallActivityAsync(It.Is<TaskName>(n => n.Name == nameof(UploadWatch.CloseUpload)), Dataset, It.IsAny<TaskOptions>()))
            .Callback(() => _log.Add("close")).Returns(Task.CompletedTask);
    }

    [Fact]
    public async Task Run_MarkerComes_ClosesAtOnce()
    {
        Comes(false, false, true);

        await UploadWatch.RunAsync(_context.Object, Dataset);

        Assert.Equal(["file", "file", "marker", "close"], _log);
    }

    [Fact]
    public async Task Run_NothingComesForTheQuietPeriod_ClosesWithoutAMarker()
    {
        Comes(false, null);

        await UploadWatch.RunAsync(_context.Object, Dataset);

        Assert.Equal(["file", "quiet", "close"], _log);
    }

    [Fact]
    public async Task Run_ManyFiles_GoesOnWithANewHistoryAndClosesNothing()
    {
        Comes([.. Enumerable.Repeat<bool?>(false, 1000)]);

        await UploadWatch.RunAsync(_context.Object, Dataset);

        Assert.Equal("again", _log[^1]);
        Assert.InRange(_log.Count, 100, 500);
        Assert.DoesNotContain("close", _log);
    }

    [Theory]
    [InlineData("sales/2026/a.parquet", true)]
    [InlineData("sales/_SUCCESS", true)]
    [InlineData("sales/bars.input-0.20260131T120000Z-20260131T120100Z.parquet", false)]
    [InlineData("sales/date=2026-01-31/bars.shuffle-12.20260131T120000000001Z-20260131T120100Z.3-000000000017.parquet", false)]
    [InlineData("sales/bars.compacted-0123456789ab-0001.parquet", false)]
    [InlineData("sales/_compaction.json", false)]
    [InlineData("sales/_windows/a.parquet.json", false)]
    public void Upload_IsDataThatSomebodyBrings_NotWhatStreamsAndCompactionWrite(string path, bool expected) =>
        Assert.Equal(expected, DatasetFolders.IsUploaded(path));

    // Each a file, or the marker (true), or 30 seconds of nothing (null).
    private void Comes(params bool?[] events)
    {
        var next = 0;
        _context.Setup(c => c.CreateTimer(UploadWatch.QuietPeriod, It.IsAny<CancellationToken>()))
            .Returns(() => events[next] is null ? Task.CompletedTask : new TaskCompletionSource().Task);
        _context.Setup(c => c.WaitForExternalEvent<bool>("Uploaded", It.IsAny<CancellationToken>())).Returns((string _, CancellationToken stopped) =>
        {
            var what = events[next++];
            _log.Add(what switch { true => "marker", false => "file", null => "quiet" });
            return what is { } marker ? Task.FromResult(marker) : Task.Delay(Timeout.Infinite, stopped).ContinueWith(
                _ => true, stopped, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        });
    }
}
