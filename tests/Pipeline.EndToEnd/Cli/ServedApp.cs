using System.Text.Json;

namespace Pipeline.EndToEnd.Cli;

/// <summary><c>serve</c> in a process of its own, up and answering.</summary>
internal sealed class ServedApp : IAsyncDisposable
{
    private ServedApp(PipelineCommand command, string url, string key) => (Command, Url, Key) = (command, url, key);

    public PipelineCommand Command { get; }

    public string Url { get; }

    /// <summary>The function key.</summary>
    public string Key { get; }

    /// <summary>Starts an app on a free port.</summary>
    /// <param name="folder">Its working folder, which holds <c>.pipeline</c>.</param>
    public static async Task<ServedApp> StartAsync(string folder)
    {
        var command = PipelineCommand.Start(folder, ["serve", "--port", "0"]);
        var line = await command.OutLineAsync("Serving ");
        var url = line.Split(" at ")[1].Split(' ')[0];
        using var keys = JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(folder, ".pipeline", "keys.json")));
        return new ServedApp(command, url, keys.RootElement.GetProperty("function").GetString()!);
    }

    public ValueTask DisposeAsync() => Command.DisposeAsync();
}
