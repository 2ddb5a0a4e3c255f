using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Pipeline.Embedded.Hosting;

namespace Pipeline.EndToEnd.Faults;

/// <summary>The program of this assembly, apart from its tests: a host with <see cref="CrashWorkload"/> or <see cref="EventWorkload"/> as its app, to be killed.</summary>
internal static class CrashHost
{
    public static async Task<int> Main(string[] args)
    {
        if (args is [EventWorkload.Verb, var folder, var seen]) return await EventWorkload.HostAsync(folder, seen);
        if (args is not [var root, var journal, var life])
        {
            await Console.Error.WriteLineAsync("This is a test project; run it with: dotnet test tests/Pipeline.EndToEnd");
            return 2;
        }

        using var record = new CrashJournal(journal, int.Parse(life, CultureInfo.InvariantCulture));
        await using var host = await EmbeddedHost.StartAsync(new EmbeddedHostOptions
        {
            FunctionTypes = [typeof(CrashWorkload)],
            Root = root,
            Url = new Uri("http://127.0.0.1:0"),
            Configure = (worker, _) => worker.Services.AddSingleton(record),
            LogLevel = LogLevel.Warning,
        });
        Console.WriteLine($"ready {host.BaseAddress}");

        // Each line permits so many activities. The test's end of the pipe closes when the test ends, however it ends; then so does this.
        while (await Console.In.ReadLineAsync() is { } permits)
        {
            record.Permit(int.Parse(permits, CultureInfo.InvariantCulture));
        }

        return 0;
    }
}
