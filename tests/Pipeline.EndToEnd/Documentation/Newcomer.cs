using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Pipeline.EndToEnd.Cli;
using Pipeline.EndToEnd.Fixtures;

namespace Pipeline.EndToEnd.Documentation;

/// <summary>Somebody who has just cloned the repository and types what the documentation says: a copy of the files, a shell, and an app
/// that is up from the first <c>serve</c> on.</summary>
/// <remarks>In the place of <c>dotnet run --project functions/Pipeline.Embedded</c> stands the program that was built with these tests,
/// which is the same without the building. <c>serve</c> takes any free port, because another program may have 7071.</remarks>
internal sealed class Newcomer : IAsyncDisposable
{
    private static readonly string[] s_notCopied = ["bin", "obj", "node_modules", "TestResults", ".git", ".pipeline", ".vs", ".idea", ".vscode"];

    private readonly string _root = Directory.CreateTempSubdirectory("pipeline-newcomer-").FullName;
    private readonly List<PipelineCommand> _others = [];
    private PipelineCommand? _app;
    private string _served = "";
    private bool _servesOtherwise;
    private string? _url;
    private string? _key;

    /// <summary>The folder of the clone.</summary>
    public string Folder => Path.Combine(_root, "clone");

    private string Tools => Path.Combine(_root, "tools");

    /// <summary>Clones, and puts the tools first on the path.</summary>
    public void Prepare()
    {
        Copy(new DirectoryInfo(Repository.Root), Folder);
        Directory.CreateDirectory(Tools);
        var program = Path.Combine(AppContext.BaseDirectory, "Pipeline.Embedded.dll");
        Write("pipeline", $"""
            # A free port, as another program may have the usual one.
            case "$1:$*" in
              serve:*--port*) ;;
              serve:*) set -- "$@" --port 0 ;;
            esac
            PATH=$PIPELINE_TEST_PATH
            exec dotnet exec '{program}' "$@"
            """);
        Write("dotnet", """
            [ "$1" = run ] || { echo "dotnet $1 is not expected in a command that is executed" >&2; exit 99; }
            shift
            while [ $# -gt 0 ]; do
              case "$1" in
                -c|--configuration) shift 2 ;;
                --no-build) shift ;;
                --project) [ "$2" = functions/Pipeline.Embedded ] && [ -f "$2/Pipeline.Embedded.csproj" ] || { echo "there is no project $2 to run here" >&2; exit 99; }; shift 2 ;;
                --) shift; exec pipeline "$@" ;;
                *) echo "dotnet run $1 is not expected" >&2; exit 99 ;;
              esac
            done
            echo "dotnet run without --" >&2; exit 99
            """);
        // What npm would fetch.
        Write("npx", $$"""
            [ "$1" = azurite ] || { echo "npx $1 is not expected in a command that is executed" >&2; exit 99; }
            PATH=$PIPELINE_TEST_PATH
            exec node '{{Path.Combine(NodeTools.Folder, "node_modules", "azurite", "dist", "src", "azurite.js")}}' "$@"
            """);
        // An answer that is an error counts as one.
        Write("curl", """
            PATH=$PIPELINE_TEST_PATH
            exec curl --silent --show-error --fail-with-body "$@"
            """);
    }

    /// <summary>Puts another text into a file of the clone.</summary>
    public void Edit(string file, string text, string instead)
    {
        var path = Path.Combine(Folder, file);
        var content = File.ReadAllText(path);
        Assert.True(content.Contains(text, StringComparison.Ordinal), $"{file} does not hold '{text}' any more: correct the list of what is shortened.");
        File.WriteAllText(path, content.Replace(text, instead, StringComparison.Ordinal));
    }

    /// <summary>Runs a command to its end.</summary>
    public async Task<PipelineCommand.Outcome> RunAsync(string command)
    {
        await using var process = Begin(command, replace: false);
        return await process.EndAsync();
    }

    /// <summary>Starts <c>serve</c> and waits until it answers; it stays up, in the place of one that is up already.</summary>
    /// <param name="command">The command line.</param>
    /// <param name="untilTheEndOfTheBlock">Whether <see cref="ServeAsUsualAsync"/> is to bring back the one before.</param>
    public async Task ServeAsync(string command, bool untilTheEndOfTheBlock = false)
    {
        if (_app is { } before)
        {
            _app = null;
            (await LeaveAsync(before)).Expect(0);
        }
        _servesOtherwise = untilTheEndOfTheBlock;
        if (!untilTheEndOfTheBlock)
            _served = command;
        _app = Begin(command, replace: true);
        _url = (await _app.OutLineAsync("Serving ")).Split(" at ")[1].Split(' ')[0].TrimEnd('/');
        using var keys = JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(Folder, ".pipeline", "keys.json")));
        _key = keys.RootElement.GetProperty("function").GetString();
    }

    /// <summary>Ends a <c>serve</c> of one block, and starts the usual one again.</summary>
    public async Task ServeAsUsualAsync()
    {
        if (_servesOtherwise)
            await ServeAsync(_served);
    }

    /// <summary>Starts a command that does not end by itself; see <see cref="LeaveAsync"/>.</summary>
    public PipelineCommand Begin(string command)
    {
        var process = Begin(command, replace: true);
        _others.Add(process);
        return process;
    }

    /// <summary>Presses Ctrl-C in a command that was begun, which must then end as commands do that are interrupted.</summary>
    public async Task<PipelineCommand.Outcome> LeaveAsync(PipelineCommand process)
    {
        _others.Remove(process);
        await using (process)
        {
            process.Interrupt();
            return await process.EndAsync();
        }
    }

    /// <summary>Has the app plan a job, or make a stream.</summary>
    /// <returns>Why it refuses; null if it does not.</returns>
    public async Task<string?> PlanAsync(JsonElement spec)
    {
        using var http = new HttpClient { BaseAddress = new Uri($"{_url}/"), DefaultRequestHeaders = { { "x-functions-key", _key } } };
        using var body = new StringContent(spec.GetRawText(), Encoding.UTF8, "application/json");
        using var answer = spec.TryGetProperty("kind", out _)
            ? await http.PostAsync(new Uri("api/jobs/plan", UriKind.Relative), body)
            : await http.PutAsync(new Uri("api/streams/documented", UriKind.Relative), body);
        return answer.IsSuccessStatusCode ? null : await answer.Content.ReadAsStringAsync();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var process in _others.ToList())
            await process.DisposeAsync();
        if (_app is not null)
            await _app.DisposeAsync();
        Directory.Delete(_root, recursive: true);
    }

    private PipelineCommand Begin(string command, bool replace)
    {
        // In the shell's place, so that Ctrl-C reaches the command.
        var start = new ProcessStartInfo("bash", ["-c", replace ? $"exec env {command}" : command]) { WorkingDirectory = Folder };
        foreach (var (name, value) in new (string, string?)[]
                 {
                     ("PIPELINE_TEST_PATH", Environment.GetEnvironmentVariable("PATH")), ("PATH", $"{Tools}:{Environment.GetEnvironmentVariable("PATH")}"),
                     ("PIPELINE_URL", null), ("PIPELINE_KEY", null), ("AzureWebJobsStorage", null), ("URL", _url), ("KEY", _key),
                 })
            start.Environment[name] = value;
        return PipelineCommand.Start(start);
    }

    private void Write(string name, string script)
    {
        var path = Path.Combine(Tools, name);
        File.WriteAllText(path, $"#!/bin/sh\n{script}\n", new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    private static void Copy(DirectoryInfo from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (var file in from.EnumerateFiles())
            file.CopyTo(Path.Combine(to, file.Name));
        foreach (var folder in from.EnumerateDirectories().Where(folder => !s_notCopied.Contains(folder.Name) && folder.LinkTarget is null))
            Copy(folder, Path.Combine(to, folder.Name));
    }
}
