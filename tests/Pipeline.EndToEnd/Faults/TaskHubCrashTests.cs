using System.Globalization;
using System.Text.Json;
using Xunit.Abstractions;

namespace Pipeline.EndToEnd.Faults;

/// <summary>Whatever the task hub has committed survives the death of its process at any moment, and is not done again.</summary>
public sealed class TaskHubCrashTests(ITestOutputHelper output) : IDisposable
{
    private const int Kills = 24;

    private static readonly string[] s_trees = ["tree-a", "tree-b"];

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("pipeline-crash-");

    [Fact]
    public async Task Host_KilledAgainAndAgain_EndsWithExactResultsAndRepeatsNoCommittedActivity()
    {
        var seed = Seeds.Next(output);
        var random = new Random(seed);
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(5));
        var (root, journal) = (_folder.CreateSubdirectory("root").FullName, Path.Combine(_folder.FullName, "journal"));
        var scratch = _folder.CreateSubdirectory("scratch").FullName;
        var committedBy = new List<HashSet<string>>();

        for (var life = 0; life < Kills; life++)
        {
            await using var host = Start(root, journal, life);
            await LiveAndDieAsync(host, random, limit.Token);
            committedBy.Add([.. CommittedActivities.Read(root, scratch).Select(activity => JsonSerializer.Deserialize<string>(activity.Input!)!)]);
        }

        await using (var host = Start(root, journal, Kills))
        {
            using var http = await BeginAllAsync(host, limit.Token);
            await host.SendAsync("100000", limit.Token);
            foreach (var tree in s_trees)
            {
                Assert.Equal($"Completed {CrashWorkload.SumOfATree(tree)}", await http.GetStringAsync(new Uri($"end/{tree}", UriKind.Relative), limit.Token));
            }

            Assert.Equal($"Completed {CrashWorkload.SumOfRounds("rounds")}", await http.GetStringAsync(new Uri("end/rounds", UriKind.Relative), limit.Token));
        }

        var ran = CrashJournal.Read(journal);
        Assert.All(committedBy.Index(), committed =>
            Assert.DoesNotContain(ran, run => run.Life > committed.Index && committed.Item.Contains(run.Label)));
        Assert.Equal((CrashWorkload.ActivitiesOfATree * s_trees.Length) + CrashWorkload.Rounds, ran.Select(run => run.Label).Distinct().Count());

        // The kills came while there was work, or this test would show nothing.
        Assert.True(committedBy[^1].Count < CrashWorkload.ActivitiesOfATree * s_trees.Length, "The work was done before the last kill.");
        Assert.True(committedBy[^1].Count > Kills, "Nothing was committed between the kills.");
        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{Kills} kills, {ran.Count} activities run, {ran.Count - ran.Select(run => run.Label).Distinct().Count()} of them again because they were not committed."));
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private static HostProcess Start(string root, string journal, int life) =>
        HostProcess.Start(
            HostProcess.Command("Pipeline.EndToEnd", root, journal, life.ToString(CultureInfo.InvariantCulture)), Path.GetDirectoryName(root)!);

    // One life in six ends while the host starts and takes up its work; the others end some activities later.
    private static async Task LiveAndDieAsync(HostProcess host, Random random, CancellationToken cancellationToken)
    {
        var (early, moment) = (random.Next(6) == 0, TimeSpan.FromMilliseconds(random.NextDouble() * 1000));
        var (activities, after) = (random.Next(1, 20), TimeSpan.FromMilliseconds(random.NextDouble() * 20));
        if (early)
        {
            await Task.Delay(moment, cancellationToken);
        }
        else
        {
            using var http = await BeginAllAsync(host, cancellationToken);
            await host.SendAsync(activities.ToString(CultureInfo.InvariantCulture), cancellationToken);
            for (var i = 0; i < activities; i++)
            {
                await host.HearAsync("runs ", cancellationToken);
            }

            await Task.Delay(after, cancellationToken);
        }

        await host.KillAsync();
    }

    private static async Task<HttpClient> BeginAllAsync(HostProcess host, CancellationToken cancellationToken)
    {
        var http = new HttpClient { BaseAddress = new Uri(await host.HearAsync("ready ", cancellationToken)), Timeout = Timeout.InfiniteTimeSpan };
        foreach (var start in s_trees.Select(tree => $"begin/{nameof(CrashWorkload.Tree)}/{tree}").Append($"begin/{nameof(CrashWorkload.Round)}/rounds"))
        {
            using var answer = await http.PostAsync(new Uri(start, UriKind.Relative), content: null, cancellationToken);
            answer.EnsureSuccessStatusCode();
        }

        return http;
    }
}
