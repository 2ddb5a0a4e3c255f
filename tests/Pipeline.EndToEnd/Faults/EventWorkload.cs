using System.Globalization;
using System.Text;
using Azure.Messaging.EventHubs;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Pipeline.Embedded.Hosting;
using Pipeline.EndToEnd.EventHubs;
using Pipeline.Storage;

namespace Pipeline.EndToEnd.Faults;

/// <summary>A function that notes every event that it is given. A line is with the operating system before it goes on, so no kill loses it.</summary>
public sealed class EventWorkload(EventWorkload.Notes notes)
{
    /// <summary>What the program of this assembly is told to host it.</summary>
    public const string Verb = "events";

    private const string HostJson = """
        {"version":"2.0","extensions":{"eventHubs":{"maxEventBatchSize":10,"loadBalancingUpdateInterval":"00:00:00.2","partitionOwnershipExpirationInterval":"00:00:01.5"}}}
        """;

    [Function("Note")]
    public void Note([EventHubTrigger(RunningEndpoint.HubName, Connection = "EventHubsConnection")] EventData[] events, FunctionContext context) =>
        notes.Add((string)context.BindingContext.BindingData["PartitionContext"]!, events);

    /// <summary>Hosts it until standard input ends.</summary>
    internal static async Task<int> HostAsync(string root, string notes)
    {
        var hostJson = Path.Combine(Directory.CreateDirectory(root).FullName, "host.json");
        await File.WriteAllTextAsync(hostJson, HostJson);
        using var file = new Notes(notes);
        await using var host = await EmbeddedHost.StartAsync(new EmbeddedHostOptions
        {
            FunctionTypes = [typeof(EventWorkload)],
            Root = root,
            HostJson = hostJson,
            Url = new Uri("http://127.0.0.1:0"),
            Configure = (worker, configuration) => worker.Services.AddSingleton(file).AddPipelineStorage(configuration),
            LogLevel = LogLevel.Information,
        });
        Console.WriteLine($"ready {host.EventHubsConnectionString}");
        while (await Console.In.ReadLineAsync() is not null)
        {
            // Until the test's end of the pipe closes.
        }

        return 0;
    }

    /// <summary>Where it is noted.</summary>
    public sealed class Notes(string path) : IDisposable
    {
        private readonly FileStream _file = new(path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
        private readonly Lock _lock = new();

        /// <summary>Notes events: partition, sequence number, text.</summary>
        public void Add(string partitionContext, EventData[] events)
        {
            var partition = System.Text.Json.JsonDocument.Parse(partitionContext).RootElement.GetProperty("PartitionId").GetString();
            var lines = string.Concat(events.Select(one => string.Create(CultureInfo.InvariantCulture, $"{partition}\t{one.SequenceNumber}\t{one.EventBody}\n")));
            lock (_lock) _file.Write(Encoding.UTF8.GetBytes(lines));
        }

        /// <summary>Reads what has been noted; the last line may be being written.</summary>
        public static IReadOnlyList<(int Partition, long Sequence, string Text)> Read(string path)
        {
            if (!File.Exists(path)) return [];
            using var reader = new StreamReader(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
            var whole = reader.ReadToEnd();
            return
            [
                .. whole[..(whole.LastIndexOf('\n') + 1)].Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split('\t'))
                    .Select(parts => (int.Parse(parts[0], CultureInfo.InvariantCulture), long.Parse(parts[1], CultureInfo.InvariantCulture), parts[2])),
            ];
        }

        public void Dispose() => _file.Dispose();
    }
}
