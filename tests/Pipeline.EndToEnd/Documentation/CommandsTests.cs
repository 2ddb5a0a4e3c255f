using System.Diagnostics;
using System.Net.NetworkInformation;
using System.Text;
using Pipeline.EndToEnd.Cli;
using Pipeline.EndToEnd.Fixtures;
using Pipeline.Jobs;
using Xunit.Abstractions;

namespace Pipeline.EndToEnd.Documentation;

/// <summary>Every command of every Markdown file is executed as it is written, in order, by somebody who has just cloned the repository.</summary>
public sealed class CommandsTests(ITestOutputHelper output)
{
    // The same commands on less data, so that all of them together take a minute: tests of the samples run the whole of it.
    private static readonly (string File, string Text, string Instead)[] s_lessData =
    [
        ("samples/digits/digits.json", "\"epochs\": 8", "\"epochs\": 1"),
        ("samples/flights-delay/flights-delay.json", "\"epochs\": 4", "\"epochs\": 1"),
        ("samples/flights-delay/flights-federated.json", "\"epochs\": 12", "\"epochs\": 2"),
        ("samples/flights-live/model.json", "\"epochs\": 12", "\"epochs\": 2"),
        ("samples/climate/mountain.json", "\"days\": 15", "\"days\": 0.25"),
        ("samples/gene-search/lambda.json", "\"count\": 2000", "\"count\": 50"),
        ("samples/signal-search/sky.json", "\"samples\": 524288", "\"samples\": 131072"),
        ("samples/signal-search/sky.json", "\"step\": 0.25", "\"step\": 1"),
    ];

    private static readonly (string Text, string Instead)[] s_fewerRows =
    [
        ("--rows 5000000", "--rows 50000"),
        ("--rate 2000 --count 100000", "--count 20000"),
        ("--count 500000", "--count 50000"),
        ("arrived < '2001-01-05'", "arrived < '2001-01-03'"),
        ("between '2001-01-05' and '2001-01-06'", "between '2001-01-03' and '2001-01-04'"),
        ("--speed 1800 --count 5000", "--speed 1800 --count 500"),
    ];

    // Of 'UseDevelopmentStorage=true'.
    private const int AzuritePort = 10000;

    // These read what a stream is still about to write: a person would try again, too.
    private static readonly string[] s_awaited = ["run samples/trading/executions.json"];
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(1);

    private readonly HashSet<string> _done = [];
    private readonly List<string> _failures = [];

    [SkippableFact]
    public async Task Commands_OfEveryDocument_Work()
    {
        Requires.That(!OperatingSystem.IsWindows(), "The commands are for a Unix shell.");
        await using var newcomer = new Newcomer();
        await NodeTools.InstallAsync();
        newcomer.Prepare();
        foreach (var (file, text, instead) in s_lessData)
            newcomer.Edit(file, text, instead);
        foreach (var block in Documents.Blocks.Where(block => block.Language is "sh" or "bash"))
            await ExecuteAsync(newcomer, ShellCommand.In(block));
        // The data that they name has come with the commands.
        foreach (var block in Documents.Blocks.Where(block => block.Language == "json"))
        {
            if (await newcomer.PlanAsync(JobSpec.ParseJson(Encoding.UTF8.GetBytes(block.Text))) is { } problem)
                _failures.Add($"{block.File}:{block.Line}: the spec is refused:\n{problem}");
        }
        Assert.True(_failures.Count == 0, $"{_failures.Count} of the documented commands do not work:\n\n{string.Join("\n\n", _failures)}");
    }

    private async Task ExecuteAsync(Newcomer newcomer, IReadOnlyList<ShellCommand> commands)
    {
        var begun = new List<(ShellCommand Command, PipelineCommand Process)>();
        var variables = "";
        foreach (var command in commands)
        {
            var watch = Stopwatch.StartNew();
            try
            {
                if (command.Program.Count == 0)
                    variables += $"{command.Text}\n";
                else
                    output.WriteLine($"{command} {await ExecuteAsync(newcomer, command, variables, begun)} ({watch.Elapsed.TotalSeconds:0.0} s)");
            }
            catch (Exception e) when (e is Xunit.Sdk.XunitException or InvalidOperationException)
            {
                _failures.Add($"{command}\n{e.Message}");
            }
        }
        foreach (var (command, process) in begun)
            Expect(command, await newcomer.LeaveAsync(process), 130);
        await newcomer.ServeAsUsualAsync();
    }

    private async Task<string> ExecuteAsync(Newcomer newcomer, ShellCommand command, string variables, List<(ShellCommand, PipelineCommand)> begun)
    {
        if (command.Program is ["npx", "azurite", ..])
        {
            Requires.That(IPGlobalProperties.GetIPGlobalProperties().GetActiveTcpListeners().All(taken => taken.Port != AzuritePort), $"A documented command starts Azurite on port {AzuritePort}, which another program has.");
            // It is not ours: how it ends is of no interest, and may take minutes.
            await newcomer.Begin(command.Text).OutLineAsync("Azurite Table service is successfully listening");
            return "listens";
        }
        if (command.Pipeline is not { } words)
            return command.Program[0] is "curl" or "eval" or "printf" ? await RunAsync(newcomer, command, variables) : CommandRules.Check(command);
        var said = string.Join(' ', words);
        if (words[0] is "serve" or "run" or "plan" or "generate" or "doctor" && !command.SetsVariables && !_done.Add(said))
            return "was executed already";
        if (words[0] == "serve")
        {
            await newcomer.ServeAsync(command.Text, untilTheEndOfTheBlock: command.SetsVariables);
            return "is up";
        }
        if (CommandRules.IsEndless(words))
        {
            var process = newcomer.Begin(command.Text);
            if (words.Contains("--watch"))
            {
                await process.OutLineAsync("");
                Expect(command, await newcomer.LeaveAsync(process), 130);
                return "showed something, and left";
            }
            begun.Add((command, process));
            return "runs until the end of the block";
        }
        return await RunAsync(newcomer, command, variables);
    }

    private async Task<string> RunAsync(Newcomer newcomer, ShellCommand command, string variables)
    {
        var text = s_fewerRows.Aggregate(command.Text, (all, less) => all.Replace(less.Text, less.Instead, StringComparison.Ordinal));
        var outcome = await newcomer.RunAsync(variables + text);
        if (command.Pipeline is { } words && s_awaited.Contains(string.Join(' ', words)))
        {
            using var patience = new CancellationTokenSource(s_patience);
            using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1));
            while (outcome.ExitCode is 3 or 5 && await timer.WaitForNextTickAsync(patience.Token))
                outcome = await newcomer.RunAsync(text);
        }
        return Expect(command, outcome, 0) ? "ended well" : "FAILED";
    }

    private bool Expect(ShellCommand command, PipelineCommand.Outcome outcome, int exitCode)
    {
        if (outcome.ExitCode == exitCode)
            return true;
        _failures.Add($"{command}\nended with {outcome.ExitCode} instead of {exitCode}.\n--- out\n{Tail(outcome.Out)}\n--- error\n{Tail(outcome.Error)}");
        return false;

        static string Tail(string text) => text.Length > 2_000 ? "…" + text[^2_000..] : text;
    }
}
