using Pipeline.Storage;

namespace Pipeline.Tests.Storage;

/// <summary>Compaction against readers that list the dataset at every step, and against a host that dies at every step.</summary>
public sealed class DatasetCompactorTests : IDisposable
{
    private const string Id = "0123456789ab";
    private const string Dataset = "bars";

    private static readonly CancellationToken s_ct = CancellationToken.None;
    private static readonly CompactionOptions s_options = new() { MinFiles = 2 };
    private static readonly CompactionSeries s_series = new("vwap", "1");

    private readonly DatasetBed _bed = new();
    private readonly DuckDb _duck = new();

    public void Dispose()
    {
        _duck.Dispose();
        _bed.Dispose();
    }

    [Fact]
    public async Task Compact_SmallFilesOfTwoFolders_BecomesOneInEach()
    {
        var rows = await AddAsync(folders: 2, files: 5);

        await CompactAsync();

        var files = await _bed.Listing.ReadAsync(Dataset, null, s_ct);
        Assert.Equal(["bars/day=0/vwap.compacted-0123456789ab-0000.parquet", "bars/day=1/vwap.compacted-0123456789ab-0001.parquet"], files.Select(f => f.Path));
        Assert.Equal(rows, await RowsAsync());
        Assert.Equal(2, await OnDiskAsync());
    }

    [Fact]
    public async Task Compact_ListedAtEveryChangeOfTheStore_HasEveryRowOnce()
    {
        var rows = await AddAsync(folders: 2, files: 4);
        var seen = 0;
        _bed.Store.After = async _ =>
        {
            seen++;
            Assert.Equal(rows, await RowsAsync());
        };

        await CompactAsync();
        await _bed.Compactor.ExpandAsync(Dataset, _ => true, s_ct);

        Assert.True(seen > 30, $"Only {seen} changes were seen.");
    }

    [Fact]
    public async Task Read_ACompactionComesBetweenTheListingAndItsEnd_HasEveryRowOnce()
    {
        var rows = await AddAsync(folders: 1, files: 4);
        // From the first file that the listing gives on, everything happens at once.
        _bed.Store.DuringListing = CompactAsync;

        Assert.Equal(rows, await RowsAsync());
        Assert.Null(_bed.Store.DuringListing);
        Assert.Equal(1, await OnDiskAsync());
    }

    [Fact]
    public async Task Compact_KilledAtEveryStep_GoesOnAndEnds()
    {
        for (var step = 1; ; step++)
        {
            var rows = await AddAsync(folders: 2, files: 3);
            _bed.Store.KillAt(step);
            var killed = await KilledAsync(() => CompactAsync());
            Assert.Equal(rows, await RowsAsync());
            _bed.Store.KillAt(0);

            await CompactAsync(id: "aaaaaaaaaaaa");

            Assert.Equal(rows, await RowsAsync());
            Assert.Equal(2, await OnDiskAsync());
            await ClearAsync();
            if (!killed)
            {
                Assert.True(step > 15, $"There were only {step} steps.");
                return;
            }
        }
    }

    [Fact]
    public async Task Expand_KilledAtEveryStep_GoesOnAndEnds()
    {
        for (var step = 1; ; step++)
        {
            var rows = await AddAsync(folders: 2, files: 3);
            var files = (await _bed.Listing.ReadAsync(Dataset, null, s_ct)).Select(f => f.Path).ToList();
            await CompactAsync();
            _bed.Store.KillAt(step);
            var killed = await KilledAsync(() => _bed.Compactor.ExpandAsync(Dataset, _ => true, s_ct));
            Assert.Equal(rows, await RowsAsync());
            _bed.Store.KillAt(0);

            await _bed.Compactor.ExpandAsync(Dataset, _ => true, s_ct);

            Assert.Equal(files, (await _bed.Listing.ReadAsync(Dataset, null, s_ct)).Select(f => f.Path));
            Assert.Equal(rows, await RowsAsync());
            await CompactAsync(id: "aaaaaaaaaaaa");
            Assert.Equal(rows, await RowsAsync());
            Assert.Equal(2, await OnDiskAsync());
            await ClearAsync();
            if (!killed)
            {
                Assert.True(step > 8, $"There were only {step} steps.");
                return;
            }
        }
    }

    [Fact]
    public async Task Expand_AFileOfManyThatWereCompactedTwice_GivesEachBackAsItWas()
    {
        await AddAsync(folders: 1, files: 3);
        var first = _duck.Rows($"SELECT * FROM '{_bed.Folder["datasets", Dataset, "day=0", "vwap.1.parquet"]}' ORDER BY ALL");
        await CompactAsync();
        await AddAsync(folders: 1, files: 3, from: 3);
        await CompactAsync(id: "bbbbbbbbbbbb");
        Assert.Single(await _bed.Listing.ReadAsync(Dataset, null, s_ct));

        Assert.Equal(1, await _bed.Compactor.ExpandAsync(Dataset, m => m is { Series: "vwap", Tag: "1" }, s_ct));

        Assert.Equal(6, (await _bed.Listing.ReadAsync(Dataset, null, s_ct)).Count);
        Assert.Equal(first, _duck.Rows($"SELECT * FROM '{_bed.Folder["datasets", Dataset, "day=0", "vwap.1.parquet"]}' ORDER BY ALL"));
    }

    [Fact]
    public async Task Expand_WhileACompactionWrites_GivesItUp()
    {
        var rows = await AddAsync(folders: 1, files: 3);
        await _bed.Compactor.ClaimAsync(Dataset, Id, s_ct);
        await PlanAsync(Id);
        await _bed.Compactor.WriteAsync(Dataset, Id, 0, s_ct);

        await _bed.Compactor.ExpandAsync(Dataset, _ => true, s_ct);

        Assert.False(await _bed.Compactor.SwitchAsync(Dataset, Id, s_ct));
        Assert.Equal(3, (await _bed.Listing.ReadAsync(Dataset, null, s_ct)).Count);
        Assert.Equal(rows, await RowsAsync());
    }

    [Fact]
    public async Task Expand_WhileReplacedFilesAreStillThere_MakesThemCountAgain()
    {
        var rows = await AddAsync(folders: 1, files: 3);
        await SwitchAsync(Id);

        await _bed.Compactor.ExpandAsync(Dataset, _ => true, s_ct);

        Assert.Equal(3, (await _bed.Listing.ReadAsync(Dataset, null, s_ct)).Count);
        Assert.Equal(rows, await RowsAsync());
        Assert.Equal(3, await OnDiskAsync());
    }

    [Fact]
    public async Task Write_ALateAttemptOfACompactionThatWasGivenUp_AddsNoRows()
    {
        var rows = await AddAsync(folders: 1, files: 3);
        await _bed.Compactor.ClaimAsync(Dataset, Id, s_ct);
        await PlanAsync(Id);
        await _bed.Compactor.WriteAsync(Dataset, Id, 0, s_ct);
        var file = Directory.GetFiles(_bed.Folder["datasets", Dataset], "*compacted*.parquet", SearchOption.AllDirectories).Single();
        var bytes = await File.ReadAllBytesAsync(file);
        await _bed.Compactor.AbandonAsync(Dataset, Id, s_ct);

        await File.WriteAllBytesAsync(file, bytes);

        Assert.Equal(rows, await RowsAsync());
    }

    [Fact]
    public async Task Switch_AFileThatWasWrittenAgain_IsRefused()
    {
        await AddAsync(folders: 1, files: 3);
        await _bed.Compactor.ClaimAsync(Dataset, Id, s_ct);
        await PlanAsync(Id);
        await _bed.Compactor.WriteAsync(Dataset, Id, 0, s_ct);
        await AddFileAsync(0, 1, "SELECT 1000 AS k, 'corrected' AS name");

        await Assert.ThrowsAsync<ConditionFailedException>(() => _bed.Compactor.SwitchAsync(Dataset, Id, s_ct));
        await _bed.Compactor.AbandonAsync(Dataset, Id, s_ct);

        Assert.Equal(3, await OnDiskAsync());
        Assert.Contains(await RowsAsync(), row => row.Contains("corrected", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Claim_WhileAnotherIsUnderWay_GivesThatOne()
    {
        await AddAsync(folders: 1, files: 2);
        await SwitchAsync(Id);

        var state = await _bed.Compactor.ClaimAsync(Dataset, "cccccccccccc", s_ct);

        Assert.Equal((Id, CompactionStage.Switched), (state!.Id, state.Stage));
        Assert.NotNull(state.SwitchedAt);
    }

    [Fact]
    public async Task Plan_LargeFilesAndFilesOfOthers_StayAsTheyAre()
    {
        await AddAsync(folders: 1, files: 3);
        await AddFileAsync(0, 9, "SELECT 9 AS k, 'other' AS name", series: "other");
        await _bed.Compactor.ClaimAsync(Dataset, Id, s_ct);

        Assert.Equal(0, await _bed.Compactor.PlanAsync(Dataset, Id, SeriesOf, s_options with { TargetBytes = 100 }, s_ct));
        await _bed.Compactor.AbandonAsync(Dataset, Id, s_ct);
        await CompactAsync(id: "dddddddddddd");

        Assert.Equal(["other.9.parquet", "vwap.compacted-dddddddddddd-0000.parquet"], (await _bed.Listing.ReadAsync(Dataset, null, s_ct)).Select(f => f.Path.Split('/')[^1]));
    }

    [Fact]
    public async Task List_ADatasetInTheMiddle_CountsWhatCounts()
    {
        await AddAsync(folders: 1, files: 3);
        await SwitchAsync(Id);

        var view = Assert.Single(await new DatasetCatalog(_bed.Store, _bed.Listing, _bed.Footers).ListAsync(s_ct));

        Assert.Equal((Dataset, 1), (view.Name, view.Files));
    }

    private static CompactionSeries? SeriesOf(string path) => path.Contains("/vwap.", StringComparison.Ordinal) ? s_series : null;

    private Task<int> PlanAsync(string id) => _bed.Compactor.PlanAsync(Dataset, id, SeriesOf, s_options, s_ct);

    private async Task SwitchAsync(string id)
    {
        await _bed.Compactor.ClaimAsync(Dataset, id, s_ct);
        for (var i = await PlanAsync(id) - 1; i >= 0; i--)
            await _bed.Compactor.WriteAsync(Dataset, id, i, s_ct);
        Assert.True(await _bed.Compactor.SwitchAsync(Dataset, id, s_ct));
    }

    private async Task CompactAsync() => await CompactAsync(Id);

    // What the orchestration does, from wherever the last one got to.
    private async Task CompactAsync(string id)
    {
        var state = (await _bed.Compactor.ClaimAsync(Dataset, id, s_ct))!;
        if (state.Stage == CompactionStage.Writing)
        {
            for (var i = await PlanAsync(state.Id) - 1; i >= 0; i--)
                await _bed.Compactor.WriteAsync(Dataset, state.Id, i, s_ct);
            await _bed.Compactor.SwitchAsync(Dataset, state.Id, s_ct);
        }

        await _bed.Compactor.FinishAsync(Dataset, state.Id, s_ct);
    }

    private static async Task<bool> KilledAsync(Func<Task> work)
    {
        try
        {
            await work();
            return false;
        }
        catch (FaultyStore.KilledException)
        {
            return true;
        }
    }

    private async Task<List<string>> AddAsync(int folders, int files, int from = 0)
    {
        for (var folder = 0; folder < folders; folder++)
        {
            for (var i = from; i < from + files; i++)
                await AddFileAsync(folder, i, $"SELECT {folder * 100 + i} * 10 + j AS k, 'file {i}' AS name FROM range({i % 4}) r(j)");
        }

        return await RowsAsync();
    }

    private async Task AddFileAsync(int folder, int index, string sql, string series = "vwap")
    {
        var local = _bed.Folder[$"{Guid.NewGuid():n}.parquet"];
        _duck.Write(sql.Replace("AS k", "::BIGINT AS k", StringComparison.Ordinal), local);
        await using var content = File.OpenRead(local);
        await _bed.Store.Inner.WriteAsync("datasets", $"{Dataset}/day={folder}/{series}.{index}.parquet", content, WriteCondition.None, s_ct);
    }

    private async Task<List<string>> RowsAsync()
    {
        var files = await new DatasetListing(_bed.Store).ReadAsync(Dataset, null, s_ct);
        return [.. files.SelectMany(f => _duck.Rows($"SELECT k, name FROM '{_bed.Store.LocalPath(f.Container, f.Path)}'").Select(r => string.Join('|', r))).Order(StringComparer.Ordinal)];
    }

    private Task<int> OnDiskAsync() =>
        Task.FromResult(Directory.GetFiles(_bed.Folder["datasets", Dataset], "*.parquet", SearchOption.AllDirectories).Length);

    private async Task ClearAsync()
    {
        await foreach (var file in _bed.Store.Inner.ListAsync("datasets", "", s_ct))
            await _bed.Store.Inner.DeleteAsync("datasets", file.Path, s_ct);
    }
}
