using System.Net;
using System.Net.Http.Json;
using Pipeline.EndToEnd.Cli;
using Pipeline.EndToEnd.Fixtures;
using Pipeline.Grid.Wire;

namespace Pipeline.EndToEnd.Grid;

/// <summary>Ten thousand requests at the same time: each gets an answer, and the app takes no more memory than for a few.</summary>
public sealed class FloodTests : IDisposable
{
    private const int Requests = 10_000;
    private const long MostMegabytes = 500;

    private readonly string _folder = Directory.CreateTempSubdirectory("pipeline-flood-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [SkippableFact]
    public async Task Requests_TenThousandAtOnce_AreAnsweredInBoundedMemory()
    {
        Requires.That(OperatingSystem.IsLinux(), "This test reads the memory of a process from /proc.");
        await using var app = await ServedApp.StartAsync(_folder);
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false, PooledConnectionIdleTimeout = TimeSpan.FromMinutes(5) }) { BaseAddress = new Uri(app.Url), Timeout = TimeSpan.FromMinutes(3) };
        (await http.GetAsync(new Uri("api/grid/key", UriKind.Relative))).EnsureSuccessStatusCode().Dispose();
        var before = Megabytes(app.Command.ProcessId, "VmRSS");

        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var sending = Enumerable.Range(0, Requests).Select(i => SendAsync(http, i, gate.Task)).ToList();
        gate.SetResult();
        var statuses = await Task.WhenAll(sending);

        var counts = statuses.CountBy(status => status).ToDictionary();
        Assert.All(counts.Keys, status => Assert.Contains(status, new[] { HttpStatusCode.OK, HttpStatusCode.Created, HttpStatusCode.TooManyRequests, HttpStatusCode.ServiceUnavailable }));
        Assert.True(counts.GetValueOrDefault(HttpStatusCode.OK) > 0, "Not one was served.");
        Assert.True(counts.GetValueOrDefault(HttpStatusCode.TooManyRequests) > 0, "Not one was refused.");
        var grown = Megabytes(app.Command.ProcessId, "VmHWM") - before;
        Assert.True(grown < MostMegabytes, $"It took {grown} MB more than the {before} MB before ({string.Join(", ", counts)}).");
        var after = await RunningApp.UntilAsync(() => http.GetAsync(new Uri("api/grid/key", UriKind.Relative)), response => response.StatusCode == HttpStatusCode.OK);
        after.Dispose();
    }

    private static async Task<HttpStatusCode> SendAsync(HttpClient http, int number, Task gate)
    {
        await gate;
        using var request = number % 2 == 0
            ? new HttpRequestMessage(HttpMethod.Get, "api/grid/key")
            : new HttpRequestMessage(HttpMethod.Post, "api/grid/volunteers") { Content = JsonContent.Create(new VolunteerRequest($"v{number}"), options: GridJson.Options) };
        using var response = await http.SendAsync(request);
        if (response.StatusCode is HttpStatusCode.TooManyRequests or HttpStatusCode.ServiceUnavailable)
            Assert.True(response.Headers.RetryAfter?.Delta >= TimeSpan.FromSeconds(1), "It does not say when to try again.");
        return response.StatusCode;
    }

    private static long Megabytes(int processId, string figure)
    {
        var line = File.ReadLines($"/proc/{processId}/status").Single(text => text.StartsWith(figure + ":", StringComparison.Ordinal));
        return long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2], System.Globalization.CultureInfo.InvariantCulture) / 1024;
    }
}
