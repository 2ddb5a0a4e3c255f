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

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("pipeline-crash-");
    private readonly SalesSpecs _sales = new();

    [SkippableTheory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Jobs_HostKilledAgainAndAgain_GiveDuckDbsOwnAnswersAndRepeatNoCommittedTask(bool overBlobs)
    {
        var random = new Random(Seeds.Next(output));
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(8));
        var (root, scratch) = (_folder.CreateSubdirectory("root").FullName, _folder.CreateSubdirectory("scratch").FullName);
        await using var store = await HostStore.OpenAsync(overBlobs, root);
        await using (var first = ServedHost.Start(root, store))
        {
            using var http = await first.ConnectAsync(root, limit.Token);
            await _sales.UploadAsync(http, limit.Token);
        }

        IReadOnlySet<CommittedActivity> committed = new HashSet<CommittedActivity>();
        var round = 0;
        for (var life = 0; life < Kills; life++)
        {
            await using var host = ServedHost.Start(root, store);
            if (await LiveAndDieAsync(host, root, round, random, limit.Token))
                round++;
            AssertNoneBeganAgain(host, committed);
            committed = CommittedActivities.Read(root, scratch);
        }

        await using var last = ServedHost.Start(root, store);
        using (var http = await last.ConnectAsync(root, limit.Token))
        {
            await SubmitAllAsync(http, round, limit.Token);
            for (var i = 0; i <= round; i++)
            {
                Assert.Equal(_sales.Answer(ByShop), await http.RowsAsync($"job-by-shop-{i}", limit.Token));

                // A task that a kill kept from telling what it had done is found done, and counts like any other.
                Assert.Equal(SalesSpecs.Rows, (await http.EndAsync($"job-by-shop-{i}", limit.Token)).Output!.Statistics["rowsRead"]);
                Assert.Equal(_sales.Answer(Dearest), await http.RowsAsync($"job-dearest-{i}", limit.Token));
                Assert.Equal(_sales.Answer($"select count(*) as n from ({Copied})"), [Figure((await http.EndAsync($"job-copied-{i}", limit.Token)).Output!.Rows)]);
            }
        }

        await last.Process.KillAsync();
        AssertNoneBeganAgain(last, committed);
        var all = CommittedActivities.Read(root, scratch);
        // Each task once, in the last life too. Of the jobs only: the upload of the copies is noticed whenever it is.
        Assert.Equal(all.Count(OfAJob) - committed.Count(OfAJob), last.Begun().Count(begun => IsAJob(begun.Instance)));

        // The kills came while there was work, or this test would show nothing.
        Assert.InRange(committed.Count(OfAJob), Kills, all.Count(OfAJob) - 1);
        output.WriteLine($"{Kills} kills in {round + 1} rounds of jobs; {committed.Count(OfAJob)} of {all.Count(OfAJob)} tasks were committed at the last of them.");

        await using var reader = ServedHost.Start(root, store);
        using var asking = await reader.ConnectAsync(root, limit.Token);
        var copyCheck = $$"""{ "kind": "batch", "name": "check", "tables": { "copies": "copies-{{round}}" }, "query": "select count(*) as n, count(distinct id) as ids, sum(price) as total from copies" }""";
        await asking.EnsureSubmittedAsync("check", copyCheck, limit.Token);
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

    private static bool IsAJob(string instance) => instance.StartsWith("job-", StringComparison.Ordinal);

    // A slow test sees a fast host end all jobs before their time; then there is another round of them.
    private static IEnumerable<(string Id, string Spec)> Jobs(int round) =>
    [
        ($"job-by-shop-{round}", SalesSpecs.Spec(ByShop)),
        ($"job-dearest-{round}", SalesSpecs.Spec(Dearest)),
        ($"job-copied-{round}", SalesSpecs.Spec(Copied, $$""", "output": { "dataset": "copies-{{round}}", "partitionBy": ["shop"] } """)),
    ];

    private static string Figure(long value) => value.ToString(CultureInfo.InvariantCulture);

    // One life in six ends while the host starts; in the others the jobs are sent, if they are not there, and some tasks run.
    private static async Task<bool> LiveAndDieAsync(ServedHost host, string root, int round, Random random, CancellationToken cancellationToken)
    {
        var (early, moment) = (random.Next(6) == 0, TimeSpan.FromMilliseconds(random.NextDouble() * 1000));
        var (tasks, after) = (random.Next(1, 28), TimeSpan.FromMilliseconds(random.NextDouble() * 30));
        if (early)
        {
            await Task.Delay(moment, cancellationToken);
            await host.Process.KillAsync();
            return false;
        }

        using var http = await host.ConnectAsync(root, cancellationToken);
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var allEnded = RunAllAsync(http, round, enough.Token);
        var heard = HearAsync(host, tasks, enough.Token);
        await await Task.WhenAny(heard, allEnded);
        await Task.Delay(after, cancellationToken);
        await host.Process.KillAsync();
        await enough.CancelAsync();
        await Task.WhenAny(heard);
        return await allEnded;
    }

    private static async Task HearAsync(ServedHost host, int tasks, CancellationToken cancellationToken)
    {
        for (var i = 0; i < tasks; i++)
        {
            await host.HearBeginAsync(nameof(BatchActivities.RunStageTask), cancellationToken);
        }
    }

    private static async Task<bool> RunAllAsync(HttpClient http, int round, CancellationToken cancellationToken)
    {
        try
        {
            await SubmitAllAsync(http, round, cancellationToken);
            foreach (var (id, _) in Jobs(round))
            {
                await http.EndAsync(id, cancellationToken);
            }

            return true;
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException)
        {
            // The host died before it answered. Whether it took a job shows in its next life, where it is sent again.
            return false;
        }
    }

    private static async Task SubmitAllAsync(HttpClient http, int round, CancellationToken cancellationToken)
    {
        foreach (var (id, spec) in Jobs(round))
        {
            await http.EnsureSubmittedAsync(id, spec, cancellationToken);
        }
    }
}
