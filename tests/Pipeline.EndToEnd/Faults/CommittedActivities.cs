using System.Text.Json;
using Microsoft.DurableTask.Client;
using Pipeline.Embedded.Durable;

namespace Pipeline.EndToEnd.Faults;

/// <summary>Reads from the store that a killed host left which activities have their result in it.</summary>
internal static class CommittedActivities
{
    public static IReadOnlySet<string> Read(string root, string scratch)
    {
        // A copy: the next life shall find the files exactly as the last one left them, not as a reader recovered them.
        CopyStore(root, scratch);
        var database = Directory.EnumerateFiles(scratch, "taskhub-*.db").SingleOrDefault();
        if (database is null)
        {
            return new HashSet<string>();
        }

        StoreDatabase.Open(database, readOnly: false).Dispose();
        using var reader = new StoreReader(database);
        return reader.ListInstances(new OrchestrationQuery(FetchInputsAndOutputs: true), afterId: null, count: 10_000)
            .SelectMany(row => Committed(row, reader.Load(row.Info.Key)!.History))
            .ToHashSet();
    }

    /// <summary>Copies what the store holds: the database and its log. The rest is made anew by whoever opens it.</summary>
    public static void CopyStore(string root, string target)
    {
        foreach (var file in (string[])[.. Directory.EnumerateFiles(root, "taskhub-*.db"), .. Directory.EnumerateFiles(root, "taskhub-*.db-wal")])
        {
            File.Copy(file, Path.Combine(target, Path.GetFileName(file)), overwrite: true);
        }
    }

    private static IEnumerable<string> Committed(InstanceRow row, IReadOnlyList<HistoryEvent> history)
    {
        var scheduled = history.OfType<ActivityScheduled>().ToDictionary(action => action.TaskId, action => Read<string>(action.Input)!);
        var ended = history.OfType<TaskCompleted>().Where(end => scheduled.ContainsKey(end.TaskId)).Select(end => scheduled[end.TaskId]);

        // Whatever continued as new has its earlier rounds behind it.
        var rounds = row.Info.Name == nameof(CrashWorkload.Round) ? Read<CrashWorkload.RoundState>(row.Input)?.Done ?? 0 : 0;
        return ended.Concat(Enumerable.Range(0, rounds).Select(round => CrashWorkload.RoundLabel(row.Info.Id, round)));
    }

    private static T? Read<T>(string? json) => json is null ? default : JsonSerializer.Deserialize<T>(json);
}
