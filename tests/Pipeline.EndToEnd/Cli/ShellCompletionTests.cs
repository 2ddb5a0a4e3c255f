using System.ComponentModel;
using System.Diagnostics;
using Pipeline.EndToEnd.Fixtures;

namespace Pipeline.EndToEnd.Cli;

/// <summary>The scripts of <c>completion</c>, read by real shells, which are then asked what they offer.</summary>
public sealed class ShellCompletionTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("pipeline-shell-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [SkippableTheory]
    [InlineData("pipeline jo", "job jobs")]
    [InlineData("  pipeline jobs --status F", "Failed")]
    [InlineData("pipeline stream re", "resume rewind")]
    [InlineData("pipeline run spe", "specs/")]
    [InlineData("pipeline run specs/", "specs/it=1.json")]
    [InlineData("pipeline run specs/it=", "1.json", "")]
    [InlineData("pipeline completion p", "powershell")]
    public async Task Bash_AfterTheScript_OffersCandidates(string line, string expected, string? word = null)
    {
        Specs();
        // What readline tells a completion function: the line, where the cursor is, the word and the one before it.
        var outcome = await ShellAsync("bash", "-c", $$"""
            eval "$(cat script)"
            COMP_LINE='{{line}}' COMP_POINT={{line.Length}}
            _pipeline_complete pipeline '{{word ?? line.Split(' ')[^1]}}' ''
            echo "${COMPREPLY[*]}"
            """);
        Assert.Equal($"{expected}\n", outcome.Expect(0).Out);
    }

    [SkippableFact]
    public async Task Bash_AfterTheScript_KnowsThePipelineCommandAndTheFunctionToCompleteIt()
    {
        var outcome = (await ShellAsync("bash", "-c", """eval "$(cat script)"; complete -p pipeline; pipeline frobnicate""")).Expect(2);
        Assert.Equal("complete -o default -F _pipeline_complete pipeline\n", outcome.Out);
        Assert.StartsWith("error: There is no verb 'frobnicate'.", outcome.Error, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task Zsh_AfterTheScript_OffersCandidates()
    {
        Specs();
        // The completion system runs in a line editor only: this one is a function that notes what it would be told.
        var outcome = await ShellAsync("zsh", "-f", "-c", """
            compdef() { print "compdef $*" }
            _describe() { print -l -- "${(@P)2}" }
            _files() { print files }
            compadd() { print -l -- "${@[4,-1]}" }
            eval "$(cat script)"
            words=(pipeline jo) CURRENT=2; _pipeline_complete
            words=(pipeline run spe) CURRENT=3; _pipeline_complete
            words=(pipeline job nothing) CURRENT=3; _pipeline_complete
            """);
        var lines = outcome.Expect(0).Out.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal("compdef _pipeline_complete pipeline", lines[0]);
        Assert.Matches("^job:\\w", lines[1]);
        Assert.Matches("^jobs:\\w", lines[2]);
        Assert.Equal(["specs/", "files"], lines[3..]);
    }

    [SkippableFact]
    public async Task Fish_AfterTheScript_OffersCandidates()
    {
        Specs();
        var outcome = await ShellAsync("fish", "--no-config", "-c", "source script; complete -C 'pipeline jo'; complete -C 'pipeline run spe'; complete -C 'pipeline jobs --status F'");
        Assert.Matches("^job\t\\w.*\njobs\t\\w.*\nspecs/\nFailed\n$", outcome.Expect(0).Out);
    }

    private void Specs()
    {
        Directory.CreateDirectory(Path.Combine(_folder, "specs"));
        File.WriteAllText(Path.Combine(_folder, "specs", "it=1.json"), "{}");
    }

    private async Task<PipelineCommand.Outcome> ShellAsync(string shell, params string[] args)
    {
        Requires.That(IsThere(shell), $"This test needs {shell}.");
        var script = await PipelineCommand.RunAsync(_folder, "completion", shell);
        await File.WriteAllTextAsync(Path.Combine(_folder, "script"), script.Expect(0).Out);
        await using var command = PipelineCommand.Start(new ProcessStartInfo(shell, args) { WorkingDirectory = _folder });
        return await command.EndAsync();
    }

    private static bool IsThere(string shell)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(shell, "--version") { RedirectStandardOutput = true })!;
            process.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (Win32Exception)
        {
            return false;
        }
    }
}
