using System.Globalization;
using Pipeline.Batch;
using Xunit.Abstractions;

namespace Pipeline.EndToEnd.Faults;

/// <summary>Batch jobs of the real executable, killed at random moments: every job ends with DuckDB's own answer.</summary>
public sealed class BatchCrashTests(ITestOutputHelper output) : IDisposable
{
    private const int Kills = 22;
    private const string ByShop = "select shop, count(*) as n, sum(price) as total, count(distinct price) as prices from sales group by shop order by shop";
    private const string Dearest = "select id, price from sales where file < 3 order by price desc, id limit 100";
    private const string Copied = "select id, shop, price from sales where file = 4";

    private static readonly (string Id, string Spec)[] s_jobs =
    [
        ("by-shop", SalesSpecs.Spec(ByShop)),
        ("dearest", SalesSpecs.Spec(Dearest)),
        ("copied", SalesSpecs.Spec(Copied, """, "output": { "dataset": "copies", "partitionBy": ["shop"] } """)),
    ];

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("pipeline-crash-");
    private readonly SalesSpecs _sales = new();

    [Fact]
    public async Task Jobs_HostKilledAgainAndAgain_GiveDuckDbsOwnAnswersAndRepeatNoCommittedTask()
    {
        var random = new Random(Seeds.Next(output));
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(8));
        var (root, scratch) = (_folder.CreateSubdirectory("root").FullName, _folder.CreateSubdirectory("scratch").FullName);
        await using (var first = ServedHost.Start(root))
        {
            using var http = await first.ConnectAsync(root, limit.Token);
            await _sales.UploadAsync(http, limit.Token);
        }

        IReadOnlySet<CommittedActivity> committed = new HashSet<CommittedActivity>();
        for (var life = 0; life < Kills; life++)
        {
            await using var host = ServedHost.Start(root);
            await LiveAndDieAsync(host, root, random, limit.Token);
            AssertNoneBeganAgain(host, committed);
            committed = CommittedActivities.Read(root, scratch);
        }

        await using var last = ServedHost.Start(root);
        using (var http = await last.ConnectAsync(root, limit.Token))
        {
            foreach (var (id, spec) in s_jobs)
            {
                await http.EnsureSubmittedAsync(id, spec, limit.Token);
            }

            Assert.Equal(_sales.Answer(ByShop), await http.RowsAsync("by-shop", limit.Token));
            Assert.Equal(_sales.Answer(Dearest), await http.RowsAsync("dearest", limit.Token));
            Assert.Equal(_sales.Answer($"select count(*) as n from ({Copied})"), [Figure((await http.EndAsync("copied", limit.Token)).Output!.Rows)]);
        }

        await last.Process.KillAsync();
        AssertNoneBeganAgain(last, committed);
        var all = CommittedActivities.Read(root, scratch);
        // Each task once, in the last life too. Of the jobs only: the upload of the copies is noticed whenever it is.
        Assert.Equal(all.Count(OfAJob) - committed.Count(OfAJob), last.Begun().Count(begun => IsAJob(begun.Instance)));

        // The kills came while there was work, or this test would show nothing.
        Assert.InRange(committed.Count(OfAJob), Kills, all.Count(OfAJob) - 1);
        output.WriteLine($"{Kills} kills; {committed.Count(OfAJob)} of {all.Count(OfAJob)} tasks were committed at the last of them.");

        await using var reader = ServedHost.Start(root);
        using var asking = await reader.ConnectAsync(root, limit.Token);
        const string CopyCheck = """{ "kind": "batch", "name": "check", "tables": { "copies": "copies" }, "query": "select count(*) as n, count(distinct id) as ids, sum(price) as total from copies" }""";
        await asking.EnsureSubmittedAsync("check", CopyCheck, limit.Token);
        Assert.Equal(_sales.Answer($"select count(*) as n, count(distinct id) as ids, sum(price) as total from ({Copied})"), await asking.RowsAsync("check", limit.Token));
    }

    public void Dispose()
    {
        _sales.Dispose();
        _folder.Delete(recursive: true);
    }

    private static void AssertNoneBeganAgain(ServedHost host, IReadOnlySet<CommittedActivity> committed) =>
        Assert.Empty(host.Begun().Intersect(committed.Select(activity => (activity.Instance, activity.TaskId))));

    private static bool OfAJob(CommittedActivity activity) => IsAJob(activity.Instance);

    private static bool IsAJob(string instance) => s_jobs.Any(job => job.Id == instance);

    private static string Figure(long value) => value.ToString(CultureInfo.InvariantCulture);

    // One life in six ends while the host starts; in the others the jobs are sent, if they are not there, and some tasks run.
    private static async Task LiveAndDieAsync(ServedHost host, string root, Random random, CancellationToken cancellationToken)
    {
        var (early, moment) = (random.Next(6) == 0, TimeSpan.FromMilliseconds(random.NextDouble() * 1000));
        var (tasks, after) = (random.Next(1, 28), TimeSpan.FromMilliseconds(random.NextDouble() * 30));
        if (early)
        {
            await Task.Delay(moment, cancellationToken);
            await host.Process.KillAsync();
            return;
        }

        using var http = await host.ConnectAsync(root, cancellationToken);
        var submissions = SubmitAllAsync(http, cancellationToken);
        for (var i = 0; i < tasks; i++)
        {
            await host.HearBeginAsync(nameof(BatchActivities.RunStageTask), cancellationToken);
        }

        await Task.Delay(after, cancellationToken);
        await host.Process.KillAsync();
        await submissions;
    }

    private static async Task SubmitAllAsync(HttpClient http, CancellationToken cancellationToken)
    {
        try
        {
            foreach (var (id, spec) in s_jobs)
            {
                await http.EnsureSubmittedAsync(id, spec, cancellationToken);
            }
        }
        catch (HttpRequestException)
        {
            // The host died before it answered. Whether it took the job shows in its next life, where it is sent again.
        }
    }
}
