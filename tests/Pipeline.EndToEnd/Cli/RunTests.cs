using System.Text.Json;
using Pipeline.EndToEnd.Fixtures;

namespace Pipeline.EndToEnd.Cli;

/// <summary>What a newcomer does first: the sample, in process, from the folder of the repository.</summary>
public sealed class RunTests : IDisposable
{
    private const string Sample = "samples/batch/flights-by-month.json";

    private readonly string _folder = Directory.CreateTempSubdirectory("pipeline-run-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Run_TheSample_BringsItsDataAndShowsTheRows()
    {
        var first = (await RunAsync("run", Sample)).Expect(0);
        Assert.Contains("Uploading flights: 7 files, ", first.Error, StringComparison.Ordinal);
        Assert.Contains("│ month   │ flights │", first.Out, StringComparison.Ordinal);
        Assert.Equal(7, first.Out.Split('\n').Count(line => line.StartsWith("│ 2001-0", StringComparison.Ordinal)));
        Assert.Matches(@"(?m)^7 rows · .+ s · \d+ tasks · .+ read · job \S+$", first.Error);

        var second = (await RunAsync("run", Sample)).Expect(0);
        Assert.DoesNotContain("Uploading", second.Error, StringComparison.Ordinal);
        Assert.Equal(first.Out, second.Out);

        var jobs = (await RunAsync("jobs", "--output", "csv")).Expect(0);
        Assert.Equal(2, jobs.Out.Split('\n').Count(line => line.Contains(",batch,flights-by-month,Completed,", StringComparison.Ordinal)));
        var datasets = (await RunAsync("datasets", "--output", "csv")).Expect(0);
        Assert.Matches(@"(?m)^flights,7,\d+,month\r?$", datasets.Out);
    }

    [Fact]
    public async Task Run_AsJsonAndCsv_GivesAllRowsAndNothingElse()
    {
        var json = (await RunAsync("run", Sample, "--output", "json", "--quiet")).Expect(0);
        Assert.Empty(json.Error);
        using var document = JsonDocument.Parse(json.Out);
        var rows = document.RootElement.GetProperty("rows").EnumerateArray().ToList();
        Assert.Equal(3_000_000, rows.Sum(row => row[1].GetInt64()));
        Assert.Equal(7, document.RootElement.GetProperty("rowCount").GetInt64());

        var csv = (await RunAsync("run", Sample, "--output", "csv", "--quiet")).Expect(0);
        var lines = csv.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.TrimEnd('\r').Split(',')).ToList();
        Assert.Equal(document.RootElement.GetProperty("columns").EnumerateArray().Select(c => c.GetProperty("name").GetString()), lines[0]);
        Assert.Equal(rows.Select(row => row[1].GetRawText()), lines.Skip(1).Select(line => line[1]));
    }

    [Fact]
    public async Task Plan_TheSample_ShowsStagesTablesAndWhatIsRead()
    {
        var plan = (await RunAsync("plan", Sample)).Expect(0);
        Assert.Contains("batch flights-by-month", plan.Out, StringComparison.Ordinal);
        Assert.Contains("└── ", plan.Out, StringComparison.Ordinal);
        Assert.Matches(@"│ flights │ flights │ partitioned │\s+\d+ of \d+ │ 7 of 7 │", plan.Out);
        Assert.DoesNotContain("batch", (await RunAsync("jobs")).Expect(0).Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_ASpecWithSeveralFaults_ShowsThemAllWithPointers()
    {
        var outcome = await RunTextAsync("""{"kind":"batch","name":"x","tables":{"flights":"flights"},"qurey":"select 1","options":{"taskSize":"huge"}}""");
        outcome.Expect(3);
        Assert.Contains("/qurey: ", outcome.Error, StringComparison.Ordinal);
        Assert.Contains("Did you mean 'query'?", outcome.Error, StringComparison.Ordinal);
        Assert.Contains("/options/taskSize: ", outcome.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("select mnth from flights", "mnth")]
    [InlineData("select count(* from flights", "syntax error")]
    [InlineData("select * from read_csv('/etc/passwd')", "read_csv")]
    [InlineData("attach 'x.db'", "attach")]
    public async Task Run_SqlThatIsNotAllowed_SaysWhy(string query, string says)
    {
        var outcome = await RunTextAsync($$"""{"kind":"batch","name":"x","tables":{"flights":"flights"},"query":{{JsonSerializer.Serialize(query)}}}""");
        outcome.Expect(3);
        Assert.Contains("/query", outcome.Error, StringComparison.Ordinal);
        Assert.Contains(says, outcome.Error, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Run_ADatasetThatIsNowhere_OffersTheNearest()
    {
        (await RunAsync("upload", "samples/data/airports", "airports")).Expect(0);
        var outcome = await RunTextAsync("""{"kind":"batch","name":"x","tables":{"a":"airprots"},"query":"select count(*) from a"}""");
        outcome.Expect(3);
        Assert.Contains("/tables/a", outcome.Error, StringComparison.Ordinal);
        Assert.Contains("'airports'", outcome.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Upload_AFileThatIsNotParquet_IsRefusedAndNamed()
    {
        await File.WriteAllTextAsync(Path.Combine(_folder, "bad.parquet"), "this is text");
        var outcome = (await RunAsync("upload", Path.Combine(_folder, "bad.parquet"), "bad")).Expect(3);
        Assert.Contains("bad.parquet", outcome.Error, StringComparison.Ordinal);
        Assert.Equal("name,files,bytes,partitionColumns\r\n".ReplaceLineEndings("\n"), (await RunAsync("datasets", "-o", "csv")).Expect(0).Out.ReplaceLineEndings("\n"));
    }

    [SkippableFact]
    public async Task Run_CtrlCDuringAJobInProcess_CancelsItForGood()
    {
        Requires.That(!OperatingSystem.IsWindows(), "This test sends signals.");
        (await RunAsync("upload", "samples/data/flights", "flights")).Expect(0);
        await using (var run = Start(LongSpec, "run", "-"))
        {
            await run.ErrorLineAsync("Job: ");
            await run.ErrorLineAsync("scan");
            run.Interrupt();
            (await run.EndAsync()).Expect(130);
        }
        Assert.Contains(",Canceled,", (await RunAsync("jobs", "--output", "csv")).Expect(0).Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_AStreamOverMadeUpEvents_CountsEachOnceAndShowsItsWindows()
    {
        string[] run = ["run", "samples/trading/vwap.json", "--generate", "trades", "--count", "60000", "--seed", "7", "--start", "2026-01-31T09:30:08.500Z", "--output", "json"];
        foreach (var events in new[] { 60_000, 120_000 })
        {
            using var document = JsonDocument.Parse((await RunAsync(run)).Expect(0).Out);
            Assert.Equal(events, document.RootElement.GetProperty("state").GetProperty("counters").GetProperty("events").GetInt64());
            Assert.Equal(0, document.RootElement.GetProperty("state").GetProperty("lag").GetInt64());
            Assert.NotEmpty(document.RootElement.GetProperty("windows").GetProperty("windows").EnumerateArray());
        }
    }

    [Fact]
    public async Task Run_AGridJobWithVolunteers_ShowsItsRowsAndLeavesNoneBehind()
    {
        Directory.CreateDirectory(Path.Combine(_folder, "data", "genomes"));
        await File.WriteAllTextAsync(Path.Combine(_folder, "data", "genomes", "tiny.fasta"), $">tiny\n{string.Concat(Enumerable.Range(0, 1_000).Select(i => "ACGT"[i * i * 7 % 31 % 4]))}\n");
        var spec = Path.Combine(_folder, "reads.json");
        await File.WriteAllTextAsync(spec, """
            { "kind": "grid", "name": "reads", "application": "alignment",
              "parameters": { "reference": "genomes/tiny.fasta", "readsPerUnit": 10, "reads": { "count": 60, "length": 60, "seed": 5 } } }
            """);

        using var document = JsonDocument.Parse((await RunAsync("run", spec, "--volunteers", "2", "--output", "json")).Expect(0).Out);
        Assert.Equal(60, document.RootElement.GetProperty("rowCount").GetInt64());
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(_folder, "root", "volunteers")));
    }

    [Theory]
    [InlineData(Sample, "--volunteers", "2", "--volunteers is for grid jobs")]
    [InlineData(Sample, "--generate", "trades", "--generate is for streams")]
    [InlineData(Sample, "--events", "x.json", "--events is for streams")]
    [InlineData("samples/trading/vwap.json", "--volunteers", "2", "--volunteers is for grid jobs")]
    [InlineData("samples/trading/vwap.json", "--seed", "2", "There is nothing to send")]
    public async Task Run_AnOptionOfAnotherKindOfSpec_IsRefusedBeforeAnythingStarts(string spec, string option, string value, string says)
    {
        Assert.Contains(says, (await RunAsync("run", spec, option, value)).Expect(2).Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(_folder, "root")));
    }

    /// <summary>A spec whose one task would run for hours: a product of 3 million rows with themselves.</summary>
    internal const string LongSpec = """{"kind":"batch","name":"long","tables":{"a":"flights","b":"flights"},"query":"select count(*) from a, b where a.delay * b.distance % 7 = 3"}""";

    private Task<PipelineCommand.Outcome> RunAsync(params string[] args) => PipelineCommand.RunAsync(Repository.Root, [.. args, "--root", Path.Combine(_folder, "root")]);

    private PipelineCommand Start(string spec, params string[] args) => PipelineCommand.Start(Repository.Root, [.. args, "--root", Path.Combine(_folder, "root")], spec);

    private async Task<PipelineCommand.Outcome> RunTextAsync(string spec)
    {
        // The flights come along; what else the app lacks, it lacks.
        var path = Path.Combine(_folder, "spec.json");
        await File.WriteAllTextAsync(path, spec);
        var data = Directory.CreateDirectory(Path.Combine(_folder, "data", "flights")).FullName;
        File.Copy(Path.Combine(Repository.Root, "samples", "data", "flights", "month=2001-07", "part-0.parquet"), Path.Combine(data, "part-0.parquet"));
        return await RunAsync("run", path);
    }
}
