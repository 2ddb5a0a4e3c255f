using Microsoft.Extensions.Time.Testing;
using Pipeline.Tests.Storage;

namespace Pipeline.Tests.Cli;

/// <summary>What the verbs about streams ask and answer.</summary>
public sealed class StreamVerbTests : IAsyncLifetime, IDisposable
{
    private const string Stream = """{"name":"vwap","status":"Running","generation":2,"hub":"trades","createdAt":"2026-01-31T09:00:00Z","updatedAt":"2026-01-31T09:30:00Z","plan":["reads the hub trades"]}""";

    private const string State = """
        {"name":"vwap","status":"Running","generation":2,"watermark":"2026-01-31T09:31:00Z","lag":1200,"eventsPerSecond":20013.4,
         "counters":{"events":60000,"late":7,"deadLettered":1,"dropped":0,"lost":0},"keys":500,"bytes":65536,
         "alarms":[{"kind":"sink-failing","message":"The webhook is down.","since":"2026-01-31T09:30:00Z"}],
         "partitions":[{"stage":"Input","partition":3,"watermark":"2026-01-31T09:31:00Z","latestEvent":null,"sequenceNumber":59999,"lag":1200,"eventsPerSecond":20013.4,
           "counters":{"events":60000,"late":7,"deadLettered":1,"dropped":0,"lost":0},"keys":500,"bytes":65536,"pending":2,"commit":12,"committedAt":"2026-01-31T09:31:02Z"}]}
        """;

    private const string Windows = """
        {"name":"vwap","generation":2,"columns":[{"name":"symbol","type":"VARCHAR"},{"name":"vwap","type":"DOUBLE"}],
         "windows":[{"start":"2026-01-31T09:30:00Z","end":"2026-01-31T09:31:00Z","revision":0,"partition":3,"rows":[["AAPL",101.5],["MSFT",null]]}]}
        """;

    private readonly TemporaryFolder _folder = new();
    private FakeApp _app = null!;

    public async Task InitializeAsync() => _app = await FakeApp.StartAsync();

    public async Task DisposeAsync() => await _app.DisposeAsync();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Apply_AFile_PutsTheSpecUnderTheFilesName()
    {
        await File.WriteAllTextAsync(_folder["vwap.json"], """{ "hub": "trades" }""");
        _app.On("PUT /api/streams/vwap", Stream);
        var run = await RunAsync("stream", "apply", "vwap.json");

        Assert.Equal((0, "Stream vwap reads trades: Running, generation 2\n  reads the hub trades\n", ""), (run.ExitCode, run.Out, run.Error));
        Assert.Equal("""{ "hub": "trades" }""", _app.Requests.Single(r => r.Line.StartsWith("PUT", StringComparison.Ordinal)).Body);
    }

    [Theory]
    [InlineData("""{ "name": "bars", "hub": "trades" }""", "bars", "vwap.json")]
    [InlineData("""{ "name": "bars", "hub": "trades" }""", "mine", "vwap.json", "--name", "mine")]
    public async Task Apply_ANameInTheSpecOrTheCommand_IsTaken(string spec, string name, params string[] args)
    {
        await File.WriteAllTextAsync(_folder["vwap.json"], spec);
        _app.On($"PUT /api/streams/{name}", Stream);

        Assert.Equal(0, (await RunAsync(["stream", "apply", .. args])).ExitCode);
    }

    [Fact]
    public async Task Apply_AWrongSpec_ShowsEveryFault()
    {
        await File.WriteAllTextAsync(_folder["vwap.json"], "{}");
        _app.OnProblem("PUT /api/streams/vwap", 400, "invalid-spec", "The document has 2 faults.", """[{"pointer":"/hub","detail":"The field 'hub' is missing."},{"pointer":"/query","detail":"The field 'query' is missing."}]""");
        var run = await RunAsync("stream", "apply", "vwap.json");

        Assert.Equal(3, run.ExitCode);
        Assert.Equal(["error: The document has 2 faults.", "  /hub: The field 'hub' is missing.", "  /query: The field 'query' is missing."], run.ErrorLines);
    }

    [Fact]
    public async Task Apply_ASpecOfAJob_SaysWhatToDoWithItBeforeAnythingIsSent()
    {
        await File.WriteAllTextAsync(_folder["query.json"], Json.Spec);
        var run = await RunAsync("stream", "apply", "query.json");

        Assert.Equal((3, "error: This is the spec of a batch job, not of a stream.\nRun it with 'run SPEC', or start it with 'submit SPEC'.\n"), (run.ExitCode, run.Error));
        Assert.Empty(_app.Requests);
    }

    [Fact]
    public async Task List_Streams_AreATableOrCsv()
    {
        _app.On("GET /api/streams", $$"""{"streams":[{{Stream}}]}""");

        Assert.Contains("│ vwap   │ Running │ trades │          2 │", (await RunAsync("stream", "list")).Out, StringComparison.Ordinal);
        Assert.Equal("name,status,hub,generation,createdAt,updatedAt\r\nvwap,Running,trades,2,2026-01-31T09:00:00Z,2026-01-31T09:30:00Z\r\n", (await RunAsync("stream", "list", "-o", "csv")).Out);
    }

    [Fact]
    public async Task Stream_AName_ShowsWhereItStandsAndItsLatestRows()
    {
        Answer();
        var run = await RunAsync("stream", "vwap");

        Assert.Equal(0, run.ExitCode);
        Assert.StartsWith(
            """
            vwap  Running, generation 2
            watermark 2026-01-31 09:31:00 · 1,200 events behind · 20,013 events/s
            60,000 events · 7 late · 0 dropped · 1 dead-lettered · 500 open keys (64.0 KB)
            ! sink-failing: The webhook is down.
            """.ReplaceLineEndings("\n"), run.Out, StringComparison.Ordinal);
        Assert.Contains("│ input 3   │ 2026-01-31 09:31:00 │   59,999 │ 1,200 │   20,013 │ 60,000 │    7 │  500 │       2 │", run.Out, StringComparison.Ordinal);
        Assert.Contains("│ 2026-01-31 09:31:00 │ AAPL   │ 101.5 │", run.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stream_AsCsv_IsTheRowsOfItsWindows()
    {
        Answer();

        Assert.Equal(
            "windowStart,windowEnd,revision,partition,symbol,vwap\r\n2026-01-31T09:30:00Z,2026-01-31T09:31:00Z,0,3,AAPL,101.5\r\n2026-01-31T09:30:00Z,2026-01-31T09:31:00Z,0,3,MSFT,\r\n",
            (await RunAsync("stream", "vwap", "-o", "csv")).Out);
    }

    [Fact]
    public async Task Stream_ManyRowsAWindow_AreNotAskedForAgain()
    {
        Answer();
        await RunAsync("stream", "vwap", "--top", "2");

        Assert.Equal(["GET /api/streams/vwap/windows?top=1"], _app.Requests.Select(r => r.Line).Where(l => l.Contains("windows", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Stream_Watched_ShowsALineASecondUntilInterrupted()
    {
        Answer();
        using var stop = new CancellationTokenSource();
        var time = new FakeTimeProvider();
        var asked = 0;
        _app.OnRequest = request =>
        {
            if (request.Line.Contains("/state", StringComparison.Ordinal) && ++asked == 3) stop.Cancel();
            return Task.CompletedTask;
        };
        var watching = CliRun.OfAsync(e => e with { WorkingFolder = _folder.Path, Interrupted = stop.Token, Time = time }, "stream", "vwap", "--watch", "--url", _app.Url, "--key", "k");
        while (!watching.IsCompleted)
        {
            time.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        var run = await watching;
        Assert.Equal(130, run.ExitCode);
        Assert.Equal(2, run.Out.Split('\n').Count(l => l.StartsWith("vwap  Running, generation 2 | watermark", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Alerts_OfAStream_AreATable()
    {
        _app.On("GET /api/streams/vwap/alerts?top=20", """{"name":"vwap","alerts":[{"name":"dear","when":"vwap > 100","windowEnd":"2026-01-31T09:31:00Z","revision":0,"eventTime":"2026-01-31T09:31:02Z","partition":"input-3","row":{"symbol":"AAPL","vwap":101.5}}]}""");

        Assert.Contains("│ 2026-01-31 09:31:00 │ dear  │ vwap > 100 │ symbol AAPL, vwap 101.5 │", (await RunAsync("stream", "alerts", "vwap")).Out, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("pause", "POST /api/streams/vwap/pause", "Stream vwap is paused.")]
    [InlineData("resume", "POST /api/streams/vwap/resume", "Stream vwap goes on.")]
    [InlineData("delete", "DELETE /api/streams/vwap", "Stream vwap is deleted.")]
    public async Task Action_OnAStream_IsDoneAndSaid(string verb, string line, string note)
    {
        _app.On(line, Stream);
        var run = await RunAsync("stream", verb, "vwap");

        Assert.Equal((0, note), (run.ExitCode, Assert.Single(run.ErrorLines)));
        Assert.Equal([line], _app.Requests.Select(r => r.Line));
    }

    [Theory]
    [InlineData("earliest", "\"earliest\"")]
    [InlineData("2026-01-31T09:30:00Z", "\"2026-01-31T09:30:00Z\"")]
    [InlineData("0=1200,3=7", "{\"0\":1200,\"3\":7}")]
    public async Task Rewind_ToAPlace_SendsIt(string to, string json)
    {
        _app.On("POST /api/streams/vwap/rewind", Stream);

        Assert.Equal(0, (await RunAsync("stream", "rewind", "vwap", "--to", to)).ExitCode);
        Assert.Equal($"{{\"to\":{json}}}", Assert.Single(_app.Requests).Body.Replace(" ", "", StringComparison.Ordinal).Replace("\n", "", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(2, "'0=x' is not PARTITION=SEQUENCE", "stream", "rewind", "vwap", "--to", "0=x")]
    [InlineData(2, "NAME is missing for 'pause'", "stream", "pause")]
    [InlineData(2, "--top is a whole number", "stream", "vwap", "--top", "0")]
    [InlineData(2, "There is no option --watsh for 'stream'. Did you mean '--watch'?", "stream", "vwap", "--watsh")]
    [InlineData(2, "There is no option --outptu for 'pause'. Did you mean '--output'?", "stream", "pause", "vwap", "--outptu", "json")]
    [InlineData(5, "There is no file nothing.json", "stream", "apply", "nothing.json")]
    public async Task AnyVerb_Wrong_SaysWhy(int exitCode, string message, params string[] args)
    {
        var run = await RunAsync(args);

        Assert.Equal(exitCode, run.ExitCode);
        Assert.Contains(message, run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AnyVerb_AStreamThatIsNotThere_Exits5()
    {
        _app.OnProblem("GET /api/streams/vwp/state", 404, "not-found", "There is no stream 'vwp'. Did you mean 'vwap'?");

        Assert.Equal((5, "error: There is no stream 'vwp'. Did you mean 'vwap'?\n"), await RunAsync("stream", "vwp") is var run ? (run.ExitCode, run.Error) : default);
    }

    private void Answer()
    {
        _app.On("GET /api/streams/vwap/state", State);
        foreach (var top in new[] { 1, 4, 16, 64, 100 })
            _app.On($"GET /api/streams/vwap/windows?top={top}", Windows);
    }

    private Task<CliRun> RunAsync(params string[] args) =>
        CliRun.OfAsync(e => e with { WorkingFolder = _folder.Path }, [.. args, "--url", _app.Url, "--key", "k"]);
}
