using Pipeline.Tests.Storage;

namespace Pipeline.Tests.Cli;

/// <summary>What each of the other verbs asks and answers.</summary>
public sealed class VerbTests : IAsyncLifetime, IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private FakeApp _app = null!;

    public async Task InitializeAsync()
    {
        _app = await FakeApp.StartAsync();
        await File.WriteAllTextAsync(_folder["spec.json"], Json.Spec);
    }

    public async Task DisposeAsync() => await _app.DisposeAsync();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Submit_ASpec_PrintsTheIdAlone()
    {
        _app.On("GET /api/datasets", "[]").On("POST /api/jobs", Json.Accepted, 202);
        var run = await RunAsync("submit", "spec.json");
        Assert.Equal((0, "j1\n", ""), (run.ExitCode, run.Out, run.Error));
    }

    [Fact]
    public async Task Submit_AsJson_PrintsTheDocumentOfTheApi()
    {
        _app.On("GET /api/datasets", "[]").On("POST /api/jobs", Json.Accepted, 202);
        var run = await RunAsync("submit", "spec.json", "--output", "json");
        Assert.Equal("{\n  \"id\": \"j1\",\n  \"kind\": \"batch\",\n  \"statusQueryGetUri\": \"http://app/status\"\n}\n", run.Out, ignoreLineEndingDifferences: true);
    }

    [Fact]
    public async Task Submit_Wait_EndsWithTheJob()
    {
        _app.On("GET /api/datasets", "[]").On("POST /api/jobs", Json.Accepted, 202).On("GET /api/jobs/j1", Json.Job()).On("GET /api/jobs/j1", Json.Failed);
        var run = await RunAsync("submit", "spec.json", "--wait");
        Assert.Equal(4, run.ExitCode);
        Assert.Contains("error: A row group is cut short.", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Restart_AJob_PrintsTheIdOfTheNewOne()
    {
        _app.On("POST /api/jobs/old/restart", Json.Accepted, 202);
        var run = await RunAsync("restart", "old");
        Assert.Equal((0, "j1\n", ""), (run.ExitCode, run.Out, run.Error));
    }

    [Fact]
    public async Task Restart_NoSuchJob_Exits5()
    {
        _app.OnProblem("POST /api/jobs/old/restart", 404, "not-found", "There is no job 'old'.");
        var run = await RunAsync("restart", "old");
        Assert.Equal((5, "error: There is no job 'old'.\n"), (run.ExitCode, run.Error));
    }

    [Fact]
    public async Task Submit_AnIdThatIsTaken_Exits8()
    {
        _app.On("GET /api/datasets", "[]").OnProblem("POST /api/jobs", 409, "conflict", "There is a job 'j1' already.");
        var run = await RunAsync("submit", "spec.json");
        Assert.Equal((8, "error: There is a job 'j1' already.\n"), (run.ExitCode, run.Error));
    }

    [Theory]
    [InlineData("plan")]
    [InlineData("submit")]
    public async Task JobVerb_ASpecOfAStream_SaysWhatToDoWithIt(string verb)
    {
        await File.WriteAllTextAsync(_folder["vwap.json"], """{ "hub": "trades" }""");
        var run = await RunAsync(verb, "vwap.json");
        Assert.Equal(3, run.ExitCode);
        Assert.Contains("Make the stream with 'stream apply FILE'", run.Error, StringComparison.Ordinal);
        Assert.Empty(_app.Requests);
    }

    [Fact]
    public async Task Plan_AsJson_PrintsTheDocumentOfTheApi()
    {
        _app.On("GET /api/datasets", "[]").On("POST /api/jobs/plan", """{"kind":"batch","name":"n","summary":"One task.","stages":[],"tables":[],"notes":["π ≠ 3"]}""");
        var run = await RunAsync("plan", "spec.json", "--output", "json");
        Assert.Equal("""
            {
              "kind": "batch",
              "name": "n",
              "summary": "One task.",
              "stages": [],
              "tables": [],
              "notes": [
                "π ≠ 3"
              ]
            }

            """, run.Out, ignoreLineEndingDifferences: true);
    }

    [Fact]
    public async Task Jobs_AsATable_ListsThem()
    {
        _app.On("GET /api/jobs?top=20", $$"""{"jobs":[{{Json.Completed}},{{Json.Job("Running", Json.Progress("scan", 1, 3, 9))}}]}""");
        var run = await RunAsync("jobs");
        Assert.Equal("""
            ╭────┬───────┬──────────────────┬───────────┬─────────────────────┬───────┬────────┬──────╮
            │ id │ kind  │ name             │ status    │ created             │  took │  tasks │ rows │
            ├────┼───────┼──────────────────┼───────────┼─────────────────────┼───────┼────────┼──────┤
            │ j1 │ batch │ flights-by-month │ Completed │ 2026-03-01 10:00:00 │ 1.5 s │ 9 of 9 │    2 │
            │ j1 │ batch │ flights-by-month │ Running   │ 2026-03-01 10:00:00 │       │ 3 of 9 │      │
            ╰────┴───────┴──────────────────┴───────────┴─────────────────────┴───────┴────────┴──────╯

            """, run.Out, ignoreLineEndingDifferences: true);
    }

    [Fact]
    public async Task Jobs_AsCsv_HasUtcTimesAndPlainNumbers()
    {
        _app.On("GET /api/jobs?top=20", $$"""{"jobs":[{{Json.Completed}}]}""");
        var run = await RunAsync("jobs", "--output", "csv");
        Assert.Equal(
            "id,kind,name,status,createdAt,updatedAt,stage,tasksDone,tasksTotal,rowsRead,bytesRead,rows,bytes,error\r\n" +
            "j1,batch,flights-by-month,Completed,2026-03-01T10:00:00.000Z,2026-03-01T10:00:01.500Z,merge,9,9,0,14155776,2,512,\r\n",
            run.Out);
    }

    [Fact]
    public async Task Jobs_WithFilters_PassesThemOn()
    {
        _app.On("GET /api/jobs?top=5&kind=batch&status=Failed", """{"jobs":[]}""");
        var run = await RunAsync("jobs", "--kind", "batch", "--status", "failed", "--top", "5");
        Assert.Equal((0, "There are no such jobs.\n"), (run.ExitCode, run.Error));
    }

    [Fact]
    public async Task Jobs_AKindThatIsNone_OffersTheNearest()
    {
        _app.On("GET /api/jobs?top=20&kind=bacth", """{"jobs":[]}""");
        Assert.Equal("There are no such jobs. Did you mean 'batch'?\n", (await RunAsync("jobs", "--kind", "bacth")).Error);
    }

    [Fact]
    public async Task Jobs_MoreThanAPage_FollowsTheToken()
    {
        _app.On("GET /api/jobs?top=1000", $$"""{"jobs":[{{string.Join(',', Enumerable.Repeat(Json.Completed, 1000))}}],"continuationToken":"next"}""")
            .On("GET /api/jobs?top=200&continuationToken=next", $$"""{"jobs":[{{string.Join(',', Enumerable.Repeat(Json.Completed, 200))}}],"continuationToken":"more"}""");
        var run = await RunAsync("jobs", "--top", "1200", "--output", "csv");
        Assert.Equal(1201, run.Out.Split("\r\n", StringSplitOptions.RemoveEmptyEntries).Length);
        Assert.Equal("There are more; --top N lists up to 10,000.\n", run.Error);
    }

    [Fact]
    public async Task Job_ThatFailed_IsShownWithItsError()
    {
        _app.On("GET /api/jobs/j1", Json.Failed);
        var run = await RunAsync("job", "j1");
        Assert.Equal(0, run.ExitCode);
        Assert.Equal("""
            id        j1
            kind      batch
            name      flights-by-month
            status    Failed
            created   2026-03-01 10:00:00
            updated   2026-03-01 10:00:01, took 1.5 s
            error     A row group is cut short.
            task      scan/3
            blob      datasets/flights/part-3.parquet
            advice    Upload the file again.

            """, run.Out, ignoreLineEndingDifferences: true);
    }

    [Fact]
    public async Task Job_Watch_FollowsItAndTellsHowItEnded()
    {
        _app.On("GET /api/jobs/j1", Json.Job("Running", Json.Progress("scan", 1, 3, 9))).On("GET /api/jobs/j1", Json.Completed);
        var run = await RunAsync("job", "j1", "--watch");
        Assert.Equal(0, run.ExitCode);
        Assert.Contains("scan (1/2): 3 of 9 tasks\n", run.Error, StringComparison.Ordinal);
        Assert.Contains("result    2 rows, 512 B in 1 file\n          results/j1/part-0.parquet\n", run.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Job_Unknown_Exits5()
    {
        _app.OnProblem("GET /api/jobs/nope", 404, "not-found", "There is no job 'nope'.");
        var run = await RunAsync("job", "nope");
        Assert.Equal((5, "error: There is no job 'nope'.\n"), (run.ExitCode, run.Error));
    }

    [Fact]
    public async Task Result_AsATable_AsksForAScreenOfRows()
    {
        _app.On("GET /api/jobs/j1/result?top=50", Json.Result);
        Assert.Contains("│ 2001-01 │  476311 │", (await RunAsync("result", "j1")).Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Result_OfAnUnfinishedJob_Exits8()
    {
        _app.OnProblem("GET /api/jobs/j1/result?top=50", 409, "conflict", "Job 'j1' has no result: it is Running.");
        Assert.Equal(8, (await RunAsync("result", "j1")).ExitCode);
    }

    [Theory]
    [InlineData("rows.csv", "month,flights\r\n2001-01,476311\r\n2001-02,\r\n")]
    [InlineData("rows.json", "{\n  \"columns\": [")]
    public async Task Result_Save_WritesTheFileInTheFormatOfItsName(string file, string start)
    {
        _app.On("GET /api/jobs/j1/result?top=100000", Json.Result);
        await File.WriteAllTextAsync(_folder[file], "old");
        var run = await RunAsync("result", "j1", "--save", file);
        Assert.Equal((0, "", $"Saved 2 rows to {file}\n"), (run.ExitCode, run.Out, run.Error));
        Assert.StartsWith(start, await File.ReadAllTextAsync(_folder[file]), StringComparison.Ordinal);
        Assert.Equal([file, "spec.json"], Directory.EnumerateFiles(_folder.Path).Select(f => Path.GetFileName(f)).Order());
    }

    [Fact]
    public async Task Result_SaveOfMoreRowsThanTheAppGives_SaysWhereTheRestIs()
    {
        _app.On("GET /api/jobs/j1/result?top=100000", Json.Result.Replace("\"rowCount\":2", "\"rowCount\":3000000", StringComparison.Ordinal));
        var run = await RunAsync("result", "j1", "--save", "rows.csv");
        Assert.Equal("These are the first 2 of 3,000,000 rows. All are in results/j1/part-0.parquet", run.ErrorLines[1]);
    }

    [Fact]
    public async Task Result_SaveWhereNothingCanBeWritten_SaysWhy()
    {
        _app.On("GET /api/jobs/j1/result?top=100000", Json.Result);
        var run = await RunAsync("result", "j1", "--save", "no/such/folder/rows.csv");
        Assert.Equal(3, run.ExitCode);
        Assert.StartsWith("error: no/such/folder/rows.csv cannot be written: ", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Cancel_AJob_DeletesIt()
    {
        _app.On("DELETE /api/jobs/j1", """{"id":"j1","status":"Canceled"}""", 202);
        var run = await RunAsync("cancel", "j1");
        Assert.Equal((0, "Job j1 is cancelled.\n"), (run.ExitCode, run.Out));
    }

    [Fact]
    public async Task Datasets_InEachFormat_ListsThem()
    {
        _app.On("GET /api/datasets", """[{"name":"flights","files":7,"bytes":14155776,"partitionColumns":["year","month"]},{"name":"airports","files":1,"bytes":512,"partitionColumns":[]}]""");
        Assert.Equal("""
            ╭──────────┬───────┬─────────┬────────────────╮
            │ dataset  │ files │    size │ partitioned by │
            ├──────────┼───────┼─────────┼────────────────┤
            │ flights  │     7 │ 13.5 MB │ year, month    │
            │ airports │     1 │   512 B │                │
            ╰──────────┴───────┴─────────┴────────────────╯

            """, (await RunAsync("datasets")).Out, ignoreLineEndingDifferences: true);
        Assert.Equal("name,files,bytes,partitionColumns\r\nflights,7,14155776,year month\r\nairports,1,512,\"\"\r\n", (await RunAsync("datasets", "-o", "csv")).Out);
        Assert.StartsWith("[\n  {\n    \"name\": \"flights\",", (await RunAsync("datasets", "-o", "json")).Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Upload_AFolder_SendsTheFilesAndClosesTheUpload()
    {
        Directory.CreateDirectory(_folder["in", "month=1"]);
        await File.WriteAllTextAsync(_folder["in", "month=1", "a.parquet"], "PAR1");
        _app.On("PUT /api/datasets/flights/files/month%3D1/a.parquet", "", 201)
            .On("POST /api/datasets/flights/complete", """{"name":"flights","files":1,"bytes":4,"partitionColumns":["month"]}""");
        var run = await RunAsync("upload", "in", "flights");
        Assert.Equal((0, "flights: 1 file, 4 B\n", "Uploading flights: 1 file, 4 B from in"), (run.ExitCode, run.Out, run.ErrorLines[0]));
    }

    [Fact]
    public async Task Upload_AMatrix_SaysHowSpecsNameItAndClosesNothing()
    {
        await File.WriteAllTextAsync(_folder["plate.mtx"], "%%MatrixMarket matrix array real general\n1 1\n1\n");
        _app.On("PUT /api/datasets/matrices/files/plate.mtx", "", 201);

        var run = await RunAsync("upload", "plate.mtx", "matrices");

        Assert.Equal((0, "matrices/plate.mtx\n"), (run.ExitCode, run.Out));
        Assert.DoesNotContain(_app.Requests, r => r.Line.StartsWith("POST", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Upload_AFileThatIsRefused_NamesItAndDoesNotCloseTheUpload()
    {
        await File.WriteAllTextAsync(_folder["bad.parquet"], "JUNK");
        _app.OnProblem("PUT /api/datasets/flights/files/bad.parquet", 400, "invalid-request", "bad.parquet is not a Parquet file.");
        var run = await RunAsync("upload", "bad.parquet", "flights");
        Assert.Equal(3, run.ExitCode);
        Assert.EndsWith("error: bad.parquet is not a Parquet file.\n", run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain(_app.Requests, r => r.Line.StartsWith("POST", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Upload_AFileThatHttpDoesNotTake_IsRefusedBeforeAnythingIsSent()
    {
        Directory.CreateDirectory(_folder["in"]);
        await File.WriteAllTextAsync(_folder["in", "a.parquet"], "PAR1");
        using (var large = File.Create(_folder["in", "b.parquet"]))
            large.SetLength(104_857_601); // sparse: it takes no room
        var run = await RunAsync("upload", "in", "flights");
        Assert.Equal(3, run.ExitCode);
        Assert.Contains("b.parquet in in has 100 MB; an app takes files of at most 100 MB over HTTP", run.Error, StringComparison.Ordinal);
        Assert.Contains("container datasets, path flights/b.parquet", run.Error, StringComparison.Ordinal);
        Assert.Empty(_app.Requests);
    }

    [Theory]
    [InlineData("a/b")]
    [InlineData("..")]
    [InlineData("")]
    public async Task Upload_ToANameThatIsNone_IsRefusedBeforeAnythingIsSent(string dataset)
    {
        await File.WriteAllTextAsync(_folder["a.parquet"], "PAR1");
        var run = await RunAsync("upload", "a.parquet", dataset);
        Assert.Equal(3, run.ExitCode);
        Assert.StartsWith($"error: '{dataset}' cannot be a name: ", run.Error, StringComparison.Ordinal);
        Assert.Empty(_app.Requests);
    }

    [Fact]
    public async Task Upload_AFileThatIsNotThere_OffersTheNearest()
    {
        await File.WriteAllTextAsync(_folder["flights.parquet"], "PAR1");
        var run = await RunAsync("upload", "flihgts.parquet", "flights");
        Assert.Equal((5, "error: There is no file or folder flihgts.parquet.\nDid you mean 'flights.parquet'?\n"), (run.ExitCode, run.Error));
    }

    [Fact]
    public async Task Generate_WithoutTheKey_MakesNothingUp()
    {
        _app.On("GET /api/datasets", "", 401);
        var run = await RunAsync("generate", "retail", "--rows", "1000000000");
        Assert.Equal(6, run.ExitCode);
        Assert.DoesNotContain("Generating", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Upload_Interrupted_SaysThatItIsNotComplete()
    {
        using var interrupt = new CancellationTokenSource();
        await File.WriteAllTextAsync(_folder["a.parquet"], "PAR1");
        _app.OnRequest = _ => interrupt.CancelAsync();
        var run = await CliRun.OfAsync(e => e with { WorkingFolder = _folder.Path, Interrupted = interrupt.Token }, "upload", "a.parquet", "flights", "--url", _app.Url);
        Assert.Equal(130, run.ExitCode);
        Assert.Contains("error: Interrupted; the upload of 'flights' is not complete.", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AnyVerb_WithoutTheKey_Exits6()
    {
        _app.On("GET /api/datasets", "", 401);
        var run = await RunAsync("datasets");
        Assert.Equal(6, run.ExitCode);
        Assert.Contains("--key KEY", run.Error, StringComparison.Ordinal);
    }

    private Task<CliRun> RunAsync(params string[] args) =>
        CliRun.OfAsync(e => e with { WorkingFolder = _folder.Path, Time = new UtcTime() }, [.. args, "--url", _app.Url]);

    private sealed class UtcTime : TimeProvider
    {
        public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;
    }
}
