using System.Diagnostics;
using System.Text.Json;
using Pipeline.EndToEnd.Fixtures;

namespace Pipeline.EndToEnd.EventHubs;

/// <summary>Runs one of the scripts beside this file, which drive the official npm client, in a process of its own.</summary>
internal static class NodeScript
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(2);

    /// <summary>What the script printed: a JSON value a line. Skips the test where there is no Node.</summary>
    public static async Task<IReadOnlyList<JsonElement>> RunAsync(string script, string connectionString, string hub, params string[] arguments)
    {
        await NodeTools.InstallAsync();
        var start = new ProcessStartInfo("node",
        [
            "--require", Path.Combine(NodeTools.Folder, "Fixtures", "exit-with-parent.cjs"),
            Path.Combine(NodeTools.Folder, "EventHubs", "scripts", script), .. arguments,
        ])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["CONNECTION_STRING"] = connectionString, ["HUB"] = hub },
        };
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        try
        {
            await process.WaitForExitAsync().WaitAsync(s_patience);
        }
        catch (TimeoutException)
        {
            process.Kill();
            Assert.Fail($"{script} has not ended in {s_patience}:\n{await output}\n{await errors}");
        }

        Assert.True(process.ExitCode == 0, $"{script} ended with {process.ExitCode}:\n{await output}\n{await errors}");
        return [.. (await output).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement)];
    }
}
