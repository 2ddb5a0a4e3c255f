using System.Text.Json;
using Microsoft.DurableTask.Client;
using Pipeline.Embedded.Durable;

namespace Pipeline.EndToEnd.Faults;

/// <summary>Reads from the store that a killed host left which activities have their result in it.</summary>
internal static class CommittedActivities
{
    public static IReadOnlySet<CommittedActivity> Read(string root, string scratch)
    {
        // A copy: the next life shall find the files exactly as the last one left them, not as a reader recovered them.
        CopyStore(root, scratch);
        var database = Directory.EnumerateFiles(scratch, "taskhub-*.db").SingleOrDefault();
        if (database is null)
        {
            return new HashSet<CommittedActivity>();
        }

        // As the next start does: a host that was killed at once has not made its tables.
        StoreDatabase.Create(database).Dispose();
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

    private static IEnumerable<CommittedActivity> Committed(InstanceRow row, IReadOnlyList<HistoryEvent> history)
    {
        var ended = history.OfType<TaskCompleted>().Select(end => end.TaskId).ToHashSet();
        return history.OfType<ActivityScheduled>()
            .Where(activity => ended.Contains(activity.TaskId))
            .Select(activity => new CommittedActivity(row.Info.Id, activity.TaskId, activity.Name, activity.Input))
            .Concat(EarlierRounds(row));
    }

    // Whatever continued as new has its earlier rounds behind it, and no history of them.
    private static IEnumerable<CommittedActivity> EarlierRounds(InstanceRow row) =>
        row.Info.Name == nameof(CrashWorkload.Round) && row.Input is { } input
            ? Enumerable.Range(0, JsonSerializer.Deserialize<CrashWorkload.RoundState>(input)?.Done ?? 0)
                .Select(round => new CommittedActivity(row.Info.Id, 0, nameof(CrashWorkload.Work), JsonSerializer.Serialize(CrashWorkload.RoundLabel(row.Info.Id, round))))
            : [];
}
