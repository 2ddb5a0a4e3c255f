using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Pipeline.Benchmarks.Measuring;

namespace Pipeline.Benchmarks.Durable;

/// <summary>How long <c>serve</c> takes from the start of its process to its first HTTP answer.</summary>
internal static class ServerStart
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(30);

    public static async Task<double> SecondsAsync(CancellationToken cancellationToken)
    {
        using var root = new TemporaryFolder();
        var port = FreePort();
        var start = ChildProcess.Start(Path.Combine(AppContext.BaseDirectory, OperatingSystem.IsWindows() ? "Pipeline.Embedded.exe" : "Pipeline.Embedded"));
        start.WorkingDirectory = root.Path;
        foreach (var argument in (string[])["serve", "--port", port.ToString(System.Globalization.CultureInfo.InvariantCulture), "--root", root.Path])
        {
            start.ArgumentList.Add(argument);
        }

        // Asked once before, in vain, so that this program's own code is warm and only the host's start is measured.
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = new Uri($"http://127.0.0.1:{port}/") };
        await AnswersAsync(http, cancellationToken);
        var began = Stopwatch.GetTimestamp();
        using var process = Process.Start(start)!;
        var output = Task.WhenAll(process.StandardOutput.ReadToEndAsync(CancellationToken.None), process.StandardError.ReadToEndAsync(CancellationToken.None));
        try
        {
            while (!await AnswersAsync(http, cancellationToken))
            {
                if (process.HasExited || Stopwatch.GetElapsedTime(began) > s_limit)
                {
                    process.Kill(entireProcessTree: true);
                    throw new BenchmarkException($"serve did not answer: {string.Concat(await output)}");
                }
            }

            return Stopwatch.GetElapsedTime(began).TotalSeconds;
        }
        finally
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync(CancellationToken.None);
        }
    }

    // Any answer counts: the app is there, whatever it says of this address.
    private static async Task<bool> AnswersAsync(HttpClient http, CancellationToken cancellationToken)
    {
        try
        {
            using var response = await http.GetAsync(new Uri("api/jobs", UriKind.Relative), cancellationToken);
            return true;
        }
        catch (HttpRequestException)
        {
            await Task.Delay(2, cancellationToken);
            return false;
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
