using Pipeline.Embedded.Cli;

namespace Pipeline.Tests.Cli;

public sealed class UsageTests
{
    [Fact]
    public async Task Run_NoArguments_ShowsTheHelp()
    {
        var run = await CliRun.OfAsync();
        Assert.Equal(0, run.ExitCode);
        Assert.Contains("pipeline [command] [options]", run.Out, StringComparison.Ordinal);
    }

    public static TheoryData<string> Verbs => [.. CommandLine.Verbs];

    [Theory]
    [MemberData(nameof(Verbs))]
    public async Task Help_EveryVerb_HasOneLineInTheRootAndAPageOfItsOwn(string verb)
    {
        var root = await CliRun.OfAsync("--help");
        var line = Assert.Single(root.Out.Split('\n'), l => l.StartsWith($"  {verb} ", StringComparison.Ordinal));
        Assert.True(line.Trim().Length > verb.Length + 10, $"'{line}' says nothing about {verb}");

        var page = await CliRun.OfAsync(verb, "--help");
        Assert.Equal(0, page.ExitCode);
        Assert.Contains($"pipeline {verb}", page.Out, StringComparison.Ordinal);
        Assert.All(["--url <URL>", "--key <KEY>", "--root <DIR>"], global => Assert.Contains(global, page.Out, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Help_Root_ListsEveryExitCode()
    {
        var run = await CliRun.OfAsync("--help");
        var codes = typeof(ExitCode).GetFields().Select(f => (int)f.GetRawConstantValue()!).ToList();
        Assert.Equal(11, codes.Count);
        Assert.All(codes, code => Assert.Matches($@"(?m)^ +{code}  \w", run.Out));
    }

    [Theory]
    [InlineData("There is no verb 'rnu'. Did you mean 'run'?", "rnu", "x.json")]
    [InlineData("There is no verb 'frobnicate'.", "frobnicate")]
    [InlineData("SPEC is missing for 'run'.", "run")]
    [InlineData("DATASET is missing for 'upload'.", "upload", "data")]
    [InlineData("KIND is missing for 'new'. Known: batch, grid, simulation, stream, training.", "new")]
    [InlineData("SHELL is missing for 'completion'. Known: bash, fish, powershell, zsh.", "completion")]
    [InlineData("'x.json' is one argument too many for 'stream'. Did you mean 'apply'?", "stream", "aply", "x.json")]
    [InlineData("There is no option --tpo for 'run'. Did you mean '--top'?", "run", "x.json", "--tpo", "4")]
    [InlineData("There is no option --quite for 'jobs'. Did you mean '--quiet'?", "jobs", "--quite")]
    [InlineData("'y.json' is one argument too many for 'run'.", "run", "x.json", "y.json")]
    [InlineData("--top is a whole number from 1 to 100000; this is 'many'.", "run", "x.json", "--top", "many")]
    [InlineData("--port is a whole number from 0 to 65535; this is '70000'.", "serve", "--port", "70000")]
    [InlineData("'faild' is not a status. Did you mean 'Failed'?", "jobs", "--status", "faild")]
    [InlineData("'xml' is not a format: --output is table, json or csv.", "jobs", "--output", "xml")]
    [InlineData("'1' is not a format: --output is table, json or csv.", "jobs", "--output", "1")]
    [InlineData("--url must be an address such as http://127.0.0.1:7071; this is 'localhost:7071'.", "jobs", "--url", "localhost:7071")]
    [InlineData("--url and --root exclude each other", "jobs", "--url", "http://localhost", "--root", "here")]
    [InlineData("serve starts an app on this machine", "serve", "--url", "http://localhost")]
    [InlineData("--listen must be an address of this machine", "serve", "--listen", "a b")]
    [InlineData("--save writes files that end in .csv or .json; this is 'rows.xlsx'.", "result", "j1", "--save", "rows.xlsx")]
    public async Task Run_WrongArguments_ExplainsAndExits2(string message, params string[] args)
    {
        var run = await CliRun.OfAsync(args);
        Assert.Equal(2, run.ExitCode);
        Assert.StartsWith($"error: {message}", run.Error, StringComparison.Ordinal);
        Assert.Empty(run.Out);
    }

    [Fact]
    public async Task Run_WrongArgumentsWithJsonOutput_WritesAProblemDocument()
    {
        var run = await CliRun.OfAsync("jobs", "--top", "0", "--output", "json");
        using var problem = System.Text.Json.JsonDocument.Parse(run.Error);
        Assert.Equal("urn:pipeline:problem:usage", problem.RootElement.GetProperty("type").GetString());
        Assert.Equal(2, problem.RootElement.GetProperty("exitCode").GetInt32());
        Assert.Equal(2, run.ExitCode);
    }
}
