using System.Diagnostics;
using System.Security.Cryptography;

namespace Pipeline.EndToEnd.Fixtures;

/// <summary>Azurite's Blob service: Azure Storage on this machine, in a process of its own with an empty account.</summary>
public sealed class Azurite : IAsyncDisposable
{
    private readonly Process _process;
    private readonly string _location;

    private Azurite(Process process, string location, string connectionString)
    {
        _process = process;
        _location = location;
        ConnectionString = connectionString;
    }

    /// <summary>The account, as the setting AzureWebJobsStorage takes it.</summary>
    public string ConnectionString { get; }

    /// <summary>Installs Azurite where need be, and starts it on a free port. Skips the test where there is no Node.</summary>
    public static async Task<Azurite> StartAsync()
    {
        await NodeTools.InstallAsync();
        var location = Directory.CreateTempSubdirectory("pipeline-azurite-").FullName;
        var key = Convert.ToBase64String(RandomNumberGenerator.GetBytes(64));
        var start = new ProcessStartInfo("node",
        [
            "--require", Path.Combine(NodeTools.Folder, "Fixtures", "exit-with-parent.cjs"),
            Path.Combine(NodeTools.Folder, "node_modules", "azurite", "dist", "src", "blob", "main.js"),
            "--blobPort", "0", "--location", location, "--skipApiVersionCheck", "--silent", "--disableTelemetry",
        ])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["AZURITE_ACCOUNTS"] = $"pipeline:{key}" },
        };
        var process = Process.Start(start)!;
        var listening = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        var said = new List<string>();
        DataReceivedEventHandler onLine = (_, line) =>
        {
            const string Marker = "successfully listens on ";
            if (line.Data is null) listening.TrySetException(new InvalidOperationException($"Azurite ended: {string.Join('\n', said)}"));
            else if (line.Data.IndexOf(Marker, StringComparison.Ordinal) is var at and >= 0) listening.TrySetResult(line.Data[(at + Marker.Length)..].Trim());
            else said.Add(line.Data);
        };
        process.OutputDataReceived += onLine;
        process.ErrorDataReceived += (_, line) => said.Add(line.Data ?? "");
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        var address = await listening.Task.WaitAsync(TimeSpan.FromMinutes(2));
        return new Azurite(process, location, string.Join(';',
            "DefaultEndpointsProtocol=http", "AccountName=pipeline", $"AccountKey={key}", $"BlobEndpoint={address}/pipeline"));
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        Directory.Delete(_location, recursive: true);
    }
}
