using System.Diagnostics;
using System.Management.Automation;
using System.Management.Automation.Runspaces;
using System.Net;
using System.Net.Sockets;
using Pipeline.Embedded.Cli;
using Pipeline.Embedded.Cli.Completion;
using Pipeline.Tests.Storage;

namespace Pipeline.Tests.Cli;

/// <summary>What Tab offers.</summary>
public sealed class CompletionTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("jo", "job", "jobs")]
    [InlineData("jobs --st", "--status")]
    [InlineData("jobs --status c", "Canceled", "Completed")]
    [InlineData("jobs --output ", "csv", "json", "table")]
    [InlineData("completion ", "bash", "fish", "powershell", "zsh")]
    [InlineData("stream a", "alerts", "apply")]
    [InlineData("send --generate ", "orders", "trades")]
    [InlineData("send f", "flights")]
    [InlineData("generate ", "retail")]
    [InlineData("frobnicate xyz")]
    [InlineData("jobs --nonsense xyz")]
    public async Task Suggest_ALine_OffersWhatMayFollow(string line, params string[] expected) =>
        Assert.Equal(expected, (await SuggestAsync(line)).TakeWhile(candidate => !candidate.StartsWith('-') || line.Contains(" -", StringComparison.Ordinal)));

    [Fact]
    public async Task Suggest_NothingYet_OffersEveryVerbBeforeTheOptions()
    {
        var candidates = await SuggestAsync("");
        Assert.Equal(CommandLine.Verbs.Order(StringComparer.Ordinal), candidates.TakeWhile(candidate => !candidate.StartsWith('-')).Order(StringComparer.Ordinal));
        Assert.Contains("--url", candidates);
        Assert.DoesNotContain("/?", candidates);
    }

    [Fact]
    public async Task Suggest_AVerb_HasItsMeaningBehindATab()
    {
        var run = await CliRun.OfAsync("[suggest:3]", "pla");
        Assert.Matches(@"^plan\t\w.+\n$", run.Out);
    }

    [Fact]
    public async Task Suggest_ASpec_OffersFoldersAndJson()
    {
        Directory.CreateDirectory(_folder["specs", "more"]);
        Directory.CreateDirectory(_folder["specs", ".hidden"]);
        foreach (var name in new[] { "b.json", "a.JSON", "notes.txt" })
            await File.WriteAllTextAsync(_folder["specs", name], "");
        Assert.Equal(["specs/a.JSON", "specs/b.json", "specs/more/"], await FilesAsync("run specs/"));
        Assert.Equal(["specs/b.json"], await FilesAsync("plan specs/b"));
        Assert.Equal(["specs/notes.txt"], await FilesAsync("upload specs/n"));
        Assert.Equal(["specs/.hidden/"], await FilesAsync("run specs/."));
        Assert.Empty(await FilesAsync("run nowhere/"));

        async Task<IEnumerable<string>> FilesAsync(string line) => (await SuggestAsync(line)).Where(candidate => !candidate.StartsWith('-'));
    }

    [Fact]
    public async Task Suggest_NamesOfAFolderThatNobodyServes_ComeFromItsFiles()
    {
        Directory.CreateDirectory(_folder[".pipeline", "store", "datasets", "flights"]);
        Directory.CreateDirectory(_folder[".pipeline", "store", "streams", "vwap"]);
        foreach (var job in new[] { "j1", "j2" })
        {
            Directory.CreateDirectory(_folder[".pipeline", "store", "jobs", job]);
            await File.WriteAllTextAsync(_folder[".pipeline", "store", "jobs", job, "spec.json"], "{}");
        }
        Directory.CreateDirectory(_folder[".pipeline", "store", "jobs", "inbox"]);
        Assert.Equal(["j1", "j2"], (await SuggestAsync("job j")).Order());
        Assert.Empty(await SuggestAsync("job in"));
        Assert.Equal(["flights"], await SuggestAsync("upload data fl"));
        Assert.Equal(["vwap"], await SuggestAsync("stream pause v"));
    }

    [Fact]
    public async Task Suggest_NamesOfAnAppElsewhere_ComeFromItsApi()
    {
        await using var app = (await FakeApp.StartAsync()).On("GET /api/jobs?top=50", $$"""{"jobs":[{{Json.Job()}}]}""");
        Assert.Equal(["j1"], await SuggestAsync($"job --url {app.Url} --key secret j"));
        Assert.Equal("secret", app.Requests[0].Key);
    }

    [Fact]
    public async Task Suggest_AnAppThatSaysNothing_DoesNotKeepTheReaderWaiting()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        var watch = Stopwatch.StartNew();
        var run = await CliRun.OfAsync("[suggest:99]", $"job --url http://127.0.0.1:{((IPEndPoint)silent.LocalEndpoint).Port} j");
        Assert.Equal((0, "", ""), (run.ExitCode, run.Out, run.Error));
        Assert.InRange(watch.Elapsed.TotalSeconds, 0, 30);
    }

    [Theory]
    [InlineData("job --url nonsense j")]
    [InlineData("job --url http://127.0.0.1:1 j")]
    [InlineData("job --output xml j")]
    public async Task Suggest_ALineThatIsWrong_IsSilent(string line)
    {
        var run = await CliRun.OfAsync($"[suggest:{line.Length}]", line);
        Assert.Equal((0, "", ""), (run.ExitCode, run.Out, run.Error));
    }

    [Theory]
    [InlineData("bash", "complete -o default -F _pipeline_complete pipeline")]
    [InlineData("zsh", "compdef _pipeline_complete pipeline")]
    [InlineData("fish", "complete -c pipeline -f -a '(__pipeline_complete)'")]
    [InlineData("PowerShell", "Register-ArgumentCompleter -Native -CommandName pipeline")]
    public async Task Completion_AShell_PrintsItsScriptForThisProgram(string shell, string line)
    {
        var run = await CliRun.OfAsync(e => e with { Program = ["/a b/it's"] }, "completion", shell);
        Assert.Equal(0, run.ExitCode);
        Assert.Contains(line, run.Out, StringComparison.Ordinal);
        Assert.DoesNotContain("@PROGRAM@", run.Out, StringComparison.Ordinal);
        Assert.Contains(shell switch { "fish" => @"'/a b/it\'s'", "PowerShell" => "'/a b/it''s'", _ => @"'/a b/it'\''s'" }, run.Out, StringComparison.Ordinal);
    }

    [Fact]
    public void Completion_InPowerShell_AsksTheProgramAndOffersWhatFits()
    {
        using var space = RunspaceFactory.CreateRunspace(InitialSessionState.CreateDefault2());
        space.Open();
        using var shell = PowerShell.Create(space);
        shell.AddScript("""function global:answer { $global:asked = $args; "job`tShow a job"; "jobs`tList jobs"; "serve`tStart the app" }""").Invoke();
        shell.Commands.Clear();
        shell.AddScript(CompletionScript.Of(ShellKind.PowerShell, ["answer"])).Invoke();
        shell.Commands.Clear();

        var offered = CommandCompletion.CompleteInput("pipeline jo", 11, null, shell).CompletionMatches;
        Assert.Equal([("job", "Show a job"), ("jobs", "List jobs")], offered.Select(match => (match.CompletionText, match.ToolTip)));
        Assert.Equal(["[suggest:2]", "jo"], ((object[])space.SessionStateProxy.GetVariable("asked")).Cast<string>());
    }

    [Fact]
    public async Task Completion_NoShell_OffersTheNearest()
    {
        var run = await CliRun.OfAsync("completion", "bahs");
        Assert.Equal(2, run.ExitCode);
        Assert.StartsWith("error: 'bahs' is not a shell that words can be completed in. Did you mean 'bash'?", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Kinds_All_HaveAScriptOfTheirOwn() =>
        Assert.Equal(4, Enum.GetValues<ShellKind>().Select(shell => CompletionScript.Of(shell, ["x"])).Distinct().Count());

    private async Task<IReadOnlyList<string>> SuggestAsync(string line)
    {
        var run = await CliRun.OfAsync(e => e with { WorkingFolder = _folder.Path }, $"[suggest:{line.Length}]", line);
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        return [.. run.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(candidate => candidate.Split('\t')[0])];
    }
}
