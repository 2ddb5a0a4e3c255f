using System.Text.RegularExpressions;
using Microsoft.Extensions.Logging;
using Pipeline.Embedded.Cli;
using Pipeline.Embedded.Hosting;
using Pipeline.EndToEnd.Fixtures;
using Pipeline.Jobs;
using Xunit.Abstractions;

namespace Pipeline.EndToEnd.Documentation;

/// <summary>What stands in the Markdown files besides commands that are executed.</summary>
public sealed partial class BlocksTests(ITestOutputHelper output)
{
    // What each is held to. 'sh' and 'bash' are executed by CommandsTests.
    private static readonly Dictionary<string, string> s_languages = new(StringComparer.Ordinal)
    {
        ["sh"] = "executed",
        ["bash"] = "executed",
        ["console"] = "not executed: its programs and files are checked",
        ["json"] = "read; specs are planned by CommandsTests",
        ["csharp"] = "compiled with the tests",
        ["mermaid"] = "a picture",
        ["kusto"] = "not executed: a query of Azure Monitor",
    };

    [Fact]
    public void Blocks_AllLanguages_AreKnown()
    {
        Assert.NotEmpty(Documents.Blocks);
        Assert.All(Documents.Blocks, block => Assert.True(s_languages.ContainsKey(block.Language),
            $"{block.File}, line {block.Line}: a block of '{block.Language}' is checked by nobody. Use one of {string.Join(", ", s_languages.Keys)}: commands of 'sh' are executed."));
    }

    [Fact]
    public void ConsoleBlocks_Commands_CallKnownProgramsWithFilesThatThereAre()
    {
        foreach (var command in Documents.Blocks.Where(block => block.Language == "console").SelectMany(ShellCommand.In))
            output.WriteLine($"not executed: {command} ({Checked(command.ToString(), () => CommandRules.CheckConsole(command))})");
    }

    [Fact]
    public void Spans_ThatAreCommandLines_AreOnesThatTheProgramTakes()
    {
        var found = 0;
        foreach (var file in Documents.All)
        {
            foreach (var (line, text) in MarkdownBlock.Spans(Documents.Text(file)))
            {
                // An ellipsis or a bar leaves something out.
                if (!text.StartsWith("pipeline ", StringComparison.Ordinal) && !text.StartsWith("dotnet run ", StringComparison.Ordinal) || text.AsSpan().ContainsAny("…|") || ShellCommand.WordsOf(text) is not { } words)
                    continue;
                var command = new ShellCommand(file, line, text, words);
                // Said of 'pipeline': what it stands for.
                if (command.Pipeline is not { Count: > 0 } verb)
                    continue;
                found++;
                Checked(command.ToString(), () => { CommandRules.CheckVerb(verb); return ""; });
            }
        }
        Assert.NotEqual(0, found);
    }

    [Fact]
    public void Readme_TableOfVerbs_HasEachOfThem()
    {
        var text = Documents.Text("README.md");
        var table = text[text.IndexOf("## Command line", StringComparison.Ordinal)..];
        table = table[..table.IndexOf("\n## ", 5, StringComparison.Ordinal)];
        var rows = table.Split('\n').Where(line => line.StartsWith("| `", StringComparison.Ordinal)).SelectMany(line => Quoted().Matches(line[..line.IndexOf(" | ", 2, StringComparison.Ordinal)]).Select(match => match.Groups["word"].Value)).ToHashSet();
        Assert.Equal(CommandLine.Verbs.Order(StringComparer.Ordinal), rows.Order(StringComparer.Ordinal));
        foreach (var (code, _) in ExitCode.All)
            Assert.Matches($@"[:·]\s{code}\s", table);
    }

    [Fact]
    public void JsonBlocks_AllOfThem_AreWellFormed()
    {
        foreach (var block in Documents.Blocks.Where(block => block.Language == "json"))
            Checked($"{block.File}, line {block.Line}", () => { JobSpec.ParseJson(System.Text.Encoding.UTF8.GetBytes(block.Text)); return ""; });
    }

    [Fact]
    public void CSharpBlocks_AllOfThem_StandInTheTests()
    {
        var sources = new[] { "tests/Pipeline.Tests/Simulation/Rod.cs", "tests/Pipeline.EndToEnd/Documentation/RowCounts.cs" }.Select(file => File.ReadAllText(Path.Combine(Repository.Root, file)).ReplaceLineEndings("\n")).ToList();
        // The other is the data of the tests that hold the SDK's surface to it.
        foreach (var block in Documents.Blocks.Where(block => block.Language == "csharp" && block.File != "tests/Pipeline.Tests/Sdk/official-surface.md"))
            Assert.True(sources.Any(source => source.Contains(block.Text.TrimEnd(), StringComparison.Ordinal)), $"{block.File}, line {block.Line}: this code is compiled by nobody. Put it into a test, and the test here.");
    }

    [Fact]
    public async Task AddedFunction_OfTheReadme_AnswersWhatItSays()
    {
        var root = Directory.CreateTempSubdirectory("pipeline-added-").FullName;
        await using (var host = await EmbeddedHost.StartAsync(new EmbeddedHostOptions { Root = root, Url = new Uri("http://127.0.0.1:0"), FunctionTypes = [typeof(RowCounts)], LogLevel = LogLevel.Warning }))
        {
            using var http = new HttpClient { BaseAddress = host.BaseAddress, DefaultRequestHeaders = { { "x-functions-key", host.ReaderKey } } };
            using var answer = await http.GetAsync(new Uri("api/rows/nowhere", UriKind.Relative));
            Assert.Equal(System.Net.HttpStatusCode.NotFound, answer.StatusCode);
            Assert.Contains("nowhere", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }
        Directory.Delete(root, recursive: true);
    }

    [Fact]
    public void Block_ThatIsIndented_IsReadWithoutItsIndentation()
    {
        var block = Assert.Single(MarkdownBlock.Read("a.md", "1. Do\n\n   ```sh\n   one \\\n     two 'x\n   y' # three\n\n   # four\n   five\n   ```\n"));
        Assert.Equal(("sh", 4), (block.Language, block.Line));
        Assert.Equal(["one|two|x\ny", "five"], ShellCommand.In(block).Select(command => string.Join('|', command.Words)));
        Assert.Equal([4, 9], ShellCommand.In(block).Select(command => command.Line));
    }

    private static string Checked(string where, Func<string> check)
    {
        try
        {
            return check();
        }
        catch (Exception e) when (e is Xunit.Sdk.XunitException or SpecException)
        {
            throw new Xunit.Sdk.XunitException($"{where}\n{e.Message}");
        }
    }

    [GeneratedRegex(@"`(?<word>[a-z]+)\b")]
    private static partial Regex Quoted();
}
