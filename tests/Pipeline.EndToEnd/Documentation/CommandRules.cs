using System.Text.RegularExpressions;
using Pipeline.Embedded.Cli;
using Pipeline.EndToEnd.Fixtures;

namespace Pipeline.EndToEnd.Documentation;

/// <summary>What is known about commands without executing them.</summary>
internal static partial class CommandRules
{
    // Programs of other people that commands marked 'console' may call: they want an account, or a container engine, or change the machine.
    private static readonly string[] s_foreign = ["azd", "az", "azcopy", "func", "docker", "npx", "npm", "git", "cd", "cp", "printf", "curl"];

    /// <summary>Whether a command goes on until somebody stops it.</summary>
    public static bool IsEndless(IReadOnlyList<string> words) =>
        words.Contains("--watch") || (words[0] == "send" && !words.Contains("--count") && (words.Contains("--generate") || words.Contains("--rate") || words.Contains("--speed")));

    /// <summary>Checks a command that takes too long, or needs what a test has not.</summary>
    /// <returns>What was checked.</returns>
    public static string Check(ShellCommand command)
    {
        if (command.Pipeline is { } words)
        {
            CheckVerb(words);
            return "is a command line that the program takes";
        }
        if (command.RunProject == "tests/Pipeline.Benchmarks")
        {
            var name = command.Program.SkipWhile(word => word != "--").Skip(1).FirstOrDefault();
            var known = Benchmark().Matches(File.ReadAllText(Path.Combine(Repository.Root, "tests/Pipeline.Benchmarks/Catalog.cs"))).Select(match => match.Groups["name"].Value);
            Assert.True(known.Contains(name, StringComparer.OrdinalIgnoreCase), $"There is no benchmark '{name}'; there are {string.Join(", ", known)}.");
            return "names a benchmark that there is";
        }
        if (command.Program is ["dotnet", "test" or "build" or "publish", ..])
        {
            var target = command.Program.Skip(2).FirstOrDefault(word => !word.StartsWith('-'));
            Assert.True(target is null || Exists(target), $"There is no {target}.");
            return "names what there is";
        }
        Assert.Fail("It is not known how to execute or check this. Mark its block as 'console' if it needs what a test cannot have, and teach CommandRules about its program.");
        return "";
    }

    /// <summary>Checks a command that is not executed, in a block marked 'console'.</summary>
    public static string CheckConsole(ShellCommand command)
    {
        var said = new List<string>();
        var folder = "";
        foreach (var part in Part(command))
        {
            if (part.Pipeline is not null || part.Program[0] == "dotnet")
            {
                said.Add(Check(part));
                continue;
            }
            var program = part.Program[0];
            Assert.True(s_foreign.Contains(program), $"'{program}' is no program that a 'console' block may call; those are {string.Join(", ", s_foreign)}.");
            switch (part.Program)
            {
                case ["cd", var to]:
                    folder = $"{folder}{to}/";
                    // What a build makes cannot be looked for.
                    Assert.True(to.StartsWith("bin/", StringComparison.Ordinal) || Directory.Exists(Path.Combine(Repository.Root, folder)), $"There is no folder {folder}.");
                    break;
                case ["cp", var from, _]:
                    Assert.True(Exists(from), $"There is no {from}.");
                    break;
                case ["docker", "compose", "--file", var file, ..]:
                    Assert.True(Exists(file), $"There is no {file}.");
                    break;
            }
            said.Add($"needs {program}");
        }
        return string.Join(", ", said);
    }

    /// <summary>Fails where the program would refuse a command line. Words in capitals stand for what a reader puts there.</summary>
    public static void CheckVerb(IReadOnlyList<string> words)
    {
        if (CommandLine.Check(words) is { } fault)
            Assert.Fail($"'pipeline {string.Join(' ', words)}' is refused: {fault.Detail}");
        foreach (var spec in words.Where(word => word.StartsWith("samples/", StringComparison.Ordinal)))
            Assert.True(Exists(spec), $"There is no {spec}.");
    }

    private static IEnumerable<ShellCommand> Part(ShellCommand command)
    {
        var words = new List<string>();
        foreach (var word in command.Words.Append("&&"))
        {
            if (word is "&&" or "|")
            {
                yield return new ShellCommand(command.File, command.Line, command.Text, [.. words]);
                words.Clear();
            }
            else
                words.Add(word);
        }
    }

    private static bool Exists(string path) => Path.Combine(Repository.Root, path) is var full && (File.Exists(full) || Directory.Exists(full));

    [GeneratedRegex(@"new (?<name>\w+)Benchmark\(\)")]
    private static partial Regex Benchmark();
}
