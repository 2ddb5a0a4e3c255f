using Pipeline.Tests.Storage;

namespace Pipeline.Tests.Cli;

public sealed class RunCommandTests : IAsyncLifetime, IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private FakeApp _app = null!;

    public async Task InitializeAsync()
    {
        _app = await FakeApp.StartAsync();
        _app.On("GET /api/datasets", """[{"name":"flights","files":7,"bytes":100,"partitionColumns":["month"]}]""")
            .On("POST /api/jobs", Json.Accepted, 202)
            .On("GET /api/jobs/j1", Json.Completed)
            .On("GET /api/jobs/j1/result?top=50", Json.Result)
            .On("GET /api/jobs/j1/result?top=100000", Json.Result);
        Directory.CreateDirectory(_folder["samples", "batch"]);
        await File.WriteAllTextAsync(_folder["samples", "batch", "spec.json"], Json.Spec);
    }

    public async Task DisposeAsync() => await _app.DisposeAsync();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Run_AJobThatCompletes_PrintsItsRowsAndASummary()
    {
        var run = await RunAsync();
        Assert.Equal(0, run.ExitCode);
        Assert.Equal("""
            ╭─────────┬─────────╮
            │ month   │ flights │
            ├─────────┼─────────┤
            │ 2001-01 │  476311 │
            │ 2001-02 │    null │
            ╰─────────┴─────────╯

            """, run.Out, ignoreLineEndingDifferences: true);
        Assert.Equal("2 rows · 1.5 s · 9 tasks · 13.5 MB read · job j1", run.ErrorLines[^1]);
        Assert.Equal(Json.Spec, _app.Requests.Single(r => r.Line == "POST /api/jobs").Body);
    }

    [Fact]
    public async Task Run_WithTheKeyOfAnAppElsewhere_SendsIt()
    {
        Assert.Equal(0, (await RunAsync(more: ["--key", "secret"])).ExitCode);
        Assert.All(_app.Requests, request => Assert.Equal("secret", request.Key));
    }

    [Fact]
    public async Task Run_AKeyWithoutTheRole_SaysWhichRoleIsWanted()
    {
        await using var app = await FakeApp.StartAsync();
        app.On("GET /api/datasets", "[]").OnProblem("POST /api/jobs", 403, "forbidden", "This takes the role Submitter; you have Reader.");
        var run = await RunAsync(app.Url, "--key", "reader");
        Assert.Equal((6, "error: This takes the role Submitter; you have Reader.\n"), (run.ExitCode, run.Error));
    }

    [Fact]
    public async Task Run_AStreamOfAnAppWhoseHubsNobodyKnows_IsRefusedBeforeItIsMade()
    {
        await File.WriteAllTextAsync(_folder["vwap.json"], """{ "hub": "trades" }""");
        var run = await CliRun.OfAsync(e => e with { WorkingFolder = _folder.Path }, "run", "vwap.json", "--generate", "trades", "--count", "1", "--url", _app.Url, "--key", "k");
        Assert.Equal(2, run.ExitCode);
        Assert.Contains("EventHubsConnection", run.Error, StringComparison.Ordinal);
        Assert.Empty(_app.Requests);
    }

    [Theory]
    [InlineData("There is nothing to send: give --events FILE")]
    [InlineData("--events FILE and --generate exclude each other.", "--events", "e.jsonl", "--generate", "trades")]
    [InlineData("--key is the key of the app that --url names.", "--events", "e.jsonl", "--key", "symbol")]
    public async Task Run_AStreamWithoutEventsThatMakeSense_SaysHowToGiveThem(string message, params string[] options)
    {
        await File.WriteAllTextAsync(_folder["vwap.json"], """{ "hub": "trades" }""");
        var run = await CliRun.OfAsync(e => e with { WorkingFolder = _folder.Path }, ["run", "vwap.json", .. options]);
        Assert.Equal(2, run.ExitCode);
        Assert.StartsWith($"error: {message}", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_StandardInputAsSpecAndEvents_IsRefused()
    {
        var run = await CliRun.OfAsync(e => e with { OpenInput = () => CliRun.Text("""{ "name": "vwap", "hub": "trades" }""") }, "run", "-", "--events", "-");
        Assert.Equal((2, "error: Standard input cannot be both the spec and the events.\n"), (run.ExitCode, run.Error));
    }

    [Fact]
    public async Task Run_InAPipe_WritesALineWheneverTheStageChanges()
    {
        await using var app = await FakeApp.StartAsync();
        app.On("GET /api/datasets", "[]").On("POST /api/jobs", Json.Accepted, 202).On("GET /api/jobs/j1/result?top=50", Json.Result);
        app.On("GET /api/jobs/j1", Json.Job("Pending"))
            .On("GET /api/jobs/j1", Json.Job("Running", Json.Progress("scan", 1, 0, 9)))
            .On("GET /api/jobs/j1", Json.Job("Running", Json.Progress("scan", 1, 0, 9)))
            .On("GET /api/jobs/j1", Json.Job("Running", Json.Progress("merge", 2, 8, 9, 2048)))
            .On("GET /api/jobs/j1", Json.Completed);
        var run = await RunAsync(app.Url);
        Assert.Equal(["Job: j1", "waiting", "scan (1/2): 0 of 9 tasks", "merge (2/2): 8 of 9 tasks, 2.0 KB read"], run.ErrorLines.Take(4));
    }

    [Fact]
    public async Task Run_ADatasetThatTheAppLacks_IsUploadedFromTheDataFolderAboveTheSpec()
    {
        await using var app = await FakeApp.StartAsync();
        app.On("GET /api/datasets", "[]").On("POST /api/jobs", Json.Accepted, 202).On("GET /api/jobs/j1", Json.Completed).On("GET /api/jobs/j1/result?top=50", Json.Result)
            .On("PUT /api/datasets/flights/files/month%3D2001-01/part-0.parquet", "", 201)
            .On("PUT /api/datasets/flights/files/month%3D2001-02/part-0.parquet", "", 201)
            .On("POST /api/datasets/flights/complete", """{"name":"flights","files":2,"bytes":9,"partitionColumns":["month"]}""");
        Directory.CreateDirectory(_folder["samples", "data", "flights", "month=2001-01"]);
        Directory.CreateDirectory(_folder["samples", "data", "flights", "month=2001-02"]);
        await File.WriteAllTextAsync(_folder["samples", "data", "flights", "month=2001-01", "part-0.parquet"], "PAR1");
        await File.WriteAllTextAsync(_folder["samples", "data", "flights", "month=2001-02", "part-0.parquet"], "PAR12");

        var run = await RunAsync(app.Url);

        Assert.Equal(0, run.ExitCode);
        Assert.Equal("Uploading flights: 2 files, 9 B from samples/data/flights", run.ErrorLines[0]);
        var lines = app.Requests.Select(r => r.Line).ToList();
        Assert.Equal(2, lines.Count(l => l.StartsWith("PUT ", StringComparison.Ordinal)));
        Assert.True(lines.IndexOf("POST /api/datasets/flights/complete") > lines.FindLastIndex(l => l.StartsWith("PUT ", StringComparison.Ordinal)), "closed before all files were there");
        Assert.True(lines.IndexOf("POST /api/jobs") > lines.IndexOf("POST /api/datasets/flights/complete"), "submitted before the data was there");
    }

    [Theory]
    [InlineData("""{"name":"flights","files":1,"bytes":4,"partitionColumns":[],"closed":false}""", true)]
    [InlineData("""{"name":"flights","files":1,"bytes":4,"partitionColumns":[],"closed":true}""", false)]
    [InlineData("""{"name":"flights","files":2,"bytes":9,"partitionColumns":[],"closed":false}""", false)]
    public async Task Run_AnUploadThatWasCutShort_IsDoneAgain(string inTheApp, bool again)
    {
        await using var app = await FakeApp.StartAsync();
        app.On("GET /api/datasets", $"[{inTheApp}]").On("POST /api/jobs", Json.Accepted, 202).On("GET /api/jobs/j1", Json.Completed).On("GET /api/jobs/j1/result?top=50", Json.Result)
            .On("PUT /api/datasets/flights/files/a.parquet", "", 201).On("PUT /api/datasets/flights/files/b.parquet", "", 201)
            .On("POST /api/datasets/flights/complete", """{"name":"flights","files":2,"bytes":9,"partitionColumns":[],"closed":true}""");
        Directory.CreateDirectory(_folder["samples", "data", "flights"]);
        await File.WriteAllTextAsync(_folder["samples", "data", "flights", "a.parquet"], "PAR1");
        await File.WriteAllTextAsync(_folder["samples", "data", "flights", "b.parquet"], "PAR12");
        Assert.Equal(0, (await RunAsync(app.Url)).ExitCode);
        Assert.Equal(again ? 2 : 0, app.Requests.Count(r => r.Line.StartsWith("PUT ", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Run_ADatasetThatTheAppHas_IsNotUploaded()
    {
        Directory.CreateDirectory(_folder["samples", "data", "flights"]);
        await File.WriteAllTextAsync(_folder["samples", "data", "flights", "other.parquet"], "PAR1");
        await RunAsync();
        Assert.DoesNotContain(_app.Requests, r => r.Line.StartsWith("PUT ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Run_ATableThatPointsOutOfTheDataFolder_UploadsNothing()
    {
        await using var app = await FakeApp.StartAsync();
        app.On("GET /api/datasets", "[]")
            .OnProblem("POST /api/jobs", 400, "invalid-spec", "The document has 1 faults.", """[{"pointer":"/tables/flights","detail":"'../secret' is not a dataset."}]""");
        Directory.CreateDirectory(_folder["samples", "data"]);
        Directory.CreateDirectory(_folder["samples", "secret"]);
        await File.WriteAllTextAsync(_folder["samples", "secret", "a.parquet"], "PAR1");
        await File.WriteAllTextAsync(_folder["samples", "batch", "spec.json"], Json.Spec.Replace(":\"flights\"}", ":\"../secret\"}", StringComparison.Ordinal));
        var run = await RunAsync(app.Url);
        Assert.Equal(3, run.ExitCode);
        Assert.DoesNotContain(app.Requests, r => r.Line.StartsWith("PUT ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Run_MoreRowsThanAreShown_SaysHowMany()
    {
        await using var app = await FakeApp.StartAsync();
        app.On("GET /api/datasets", "[]").On("POST /api/jobs", Json.Accepted, 202).On("GET /api/jobs/j1", Json.Completed)
            .On("GET /api/jobs/j1/result?top=2", Json.Result.Replace("\"rowCount\":2", "\"rowCount\":12345", StringComparison.Ordinal));
        var run = await RunAsync(app.Url, "--top", "2");
        Assert.EndsWith("… 2 of 12,345 rows; --top N shows more.\n", run.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_AJobThatFails_SaysWhichTaskAndBlobAndWhatToDo()
    {
        await using var app = await FakeApp.StartAsync();
        app.On("GET /api/datasets", "[]").On("POST /api/jobs", Json.Accepted, 202).On("GET /api/jobs/j1", Json.Failed);
        var run = await RunAsync(app.Url);
        Assert.Equal(4, run.ExitCode);
        Assert.Empty(run.Out);
        Assert.EndsWith("""
            error: A row group is cut short.
              job:  j1
              task: scan/3
              blob: datasets/flights/part-3.parquet
            Upload the file again.

            """, run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_AJobThatSomebodyCancelled_Exits4()
    {
        await using var app = await FakeApp.StartAsync();
        app.On("GET /api/datasets", "[]").On("POST /api/jobs", Json.Accepted, 202).On("GET /api/jobs/j1", Json.Job("Canceled"));
        var run = await RunAsync(app.Url);
        Assert.Equal(4, run.ExitCode);
        Assert.Contains("error: Job 'j1' is Canceled.", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_ASpecWithFaults_ShowsThemAllWithTheirPointers()
    {
        await using var app = await FakeApp.StartAsync();
        app.On("GET /api/datasets", "[]").OnProblem("POST /api/jobs", 400, "invalid-spec", "The document has 2 faults.",
            """[{"pointer":"/tables/flihgts","detail":"There is no dataset."},{"pointer":"/query","detail":"Parser Error: syntax error\nLINE 1: selec\n        ^"}]""");
        var run = await RunAsync(app.Url);
        Assert.Equal(3, run.ExitCode);
        Assert.EndsWith("""
            error: The document has 2 faults.
              /tables/flihgts: There is no dataset.
              /query: Parser Error: syntax error
                LINE 1: selec
                        ^

            """, run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_ASpecWithFaultsAndJsonOutput_WritesTheProblem()
    {
        await using var app = await FakeApp.StartAsync();
        app.On("GET /api/datasets", "[]").OnProblem("POST /api/jobs", 400, "invalid-spec", "The document has 1 faults.", """[{"pointer":"/query","detail":"Empty."}]""");
        var run = await RunAsync(app.Url, "--output", "json");
        Assert.Equal("""
            {
              "type": "urn:pipeline:problem:invalid-spec",
              "title": "Title of invalid-spec.",
              "detail": "The document has 1 faults.",
              "exitCode": 3,
              "status": 400,
              "errors": [
                {
                  "pointer": "/query",
                  "detail": "Empty."
                }
              ]
            }

            """, run.Error, ignoreLineEndingDifferences: true);
        Assert.Empty(run.Out);
    }

    [Theory]
    [InlineData("{\n  \"kind\": batch\n}", "at line 2, column 11")]
    [InlineData("", "not well-formed JSON")]
    [InlineData("{\"a\":1,\"a\":2}", "not well-formed JSON")]
    public async Task Run_MalformedJson_SaysWhereBeforeAnythingIsAsked(string text, string where)
    {
        await File.WriteAllTextAsync(_folder["samples", "batch", "spec.json"], text);
        var run = await RunAsync();
        Assert.Equal(3, run.ExitCode);
        Assert.StartsWith("error: samples/batch/spec.json: ", run.Error, StringComparison.Ordinal);
        Assert.Contains(where, run.Error, StringComparison.Ordinal);
        Assert.Empty(_app.Requests);
    }

    [Fact]
    public async Task Run_ASpecOfTenMegabytes_IsRefusedHere()
    {
        await File.WriteAllTextAsync(_folder["samples", "batch", "spec.json"], $"\"{new string('x', 10 * 1024 * 1024)}\"");
        var run = await RunAsync();
        Assert.Equal(3, run.ExitCode);
        Assert.Contains("more than 1.0 MB", run.Error, StringComparison.Ordinal);
        Assert.Empty(_app.Requests);
    }

    [Fact]
    public async Task Run_NoSuchFile_OffersTheNearest()
    {
        var run = await CliRun.OfAsync(e => e with { WorkingFolder = _folder.Path }, "run", "samples/batch/spce.json", "--url", _app.Url);
        Assert.Equal(5, run.ExitCode);
        Assert.Equal("error: There is no file samples/batch/spce.json.\nDid you mean 'spec.json'?\n", run.Error);
    }

    [Fact]
    public async Task Run_NoSuchFileAndNoneLikeIt_SaysHowToBeginOne()
    {
        var run = await CliRun.OfAsync(e => e with { WorkingFolder = _folder.Path }, "run", "mine.json");
        Assert.Equal((5, "error: There is no file mine.json.\nTry: new batch mine.json\n"), (run.ExitCode, run.Error));
    }

    [Fact]
    public async Task Run_AFolder_ListsItsSpecs()
    {
        var run = await CliRun.OfAsync(e => e with { WorkingFolder = _folder.Path }, "run", "samples/batch", "--url", _app.Url);
        Assert.Equal(5, run.ExitCode);
        Assert.Equal("error: samples/batch is a folder, not a spec.\nKnown: spec.json.\n", run.Error);
    }

    [Fact]
    public async Task Run_InterruptedWhileTheJobRuns_CancelsItAndExits130()
    {
        await using var app = await FakeApp.StartAsync();
        using var interrupt = new CancellationTokenSource();
        app.On("GET /api/datasets", "[]").On("POST /api/jobs", Json.Accepted, 202).On("GET /api/jobs/j1", Json.Job()).On("DELETE /api/jobs/j1", """{"id":"j1","status":"Canceled"}""", 202);
        app.OnRequest = request =>
        {
            if (request.Line == "GET /api/jobs/j1")
                interrupt.Cancel();
            return Task.CompletedTask;
        };
        var run = await CliRun.OfAsync(e => e with { WorkingFolder = _folder.Path, Interrupted = interrupt.Token }, "run", "samples/batch/spec.json", "--url", app.Url);
        Assert.Equal(130, run.ExitCode);
        Assert.Contains(app.Requests, r => r.Line == "DELETE /api/jobs/j1");
        Assert.EndsWith("error: Interrupted; job j1 is cancelled.\n", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_InterruptedWhileItIsSubmitted_StillCancelsTheJob()
    {
        await using var app = await FakeApp.StartAsync();
        using var interrupt = new CancellationTokenSource();
        app.On("GET /api/datasets", "[]").On("POST /api/jobs", Json.Accepted, 202).On("GET /api/jobs/j1", Json.Job()).On("DELETE /api/jobs/j1", "{}", 202);
        app.OnRequest = request =>
        {
            if (request.Line == "POST /api/jobs")
                interrupt.Cancel();
            return Task.CompletedTask;
        };
        var run = await CliRun.OfAsync(e => e with { WorkingFolder = _folder.Path, Interrupted = interrupt.Token }, "run", "samples/batch/spec.json", "--url", app.Url);
        Assert.Equal(130, run.ExitCode);
        Assert.Contains(app.Requests, r => r.Line == "DELETE /api/jobs/j1");
    }

    [Fact]
    public async Task Run_InterruptedBeforeItIsSubmitted_StartsNoJob()
    {
        using var interrupt = new CancellationTokenSource();
        _app.OnRequest = _ => interrupt.CancelAsync();
        var run = await CliRun.OfAsync(e => e with { WorkingFolder = _folder.Path, Interrupted = interrupt.Token }, "run", "samples/batch/spec.json", "--url", _app.Url);
        Assert.Equal(130, run.ExitCode);
        Assert.DoesNotContain(_app.Requests, r => r.Line.StartsWith("POST", StringComparison.Ordinal));
    }

    private Task<CliRun> RunAsync(string? url = null, params string[] more) =>
        CliRun.OfAsync(e => e with { WorkingFolder = _folder.Path }, ["run", "samples/batch/spec.json", "--url", url ?? _app.Url, .. more]);
}
