using System.Globalization;
using System.Text;
using Pipeline.EndToEnd.Faults;
using Pipeline.Grid.Applications;
using Pipeline.Grid.Applications.Alignment;
using Pipeline.Jobs;
using Pipeline.Storage;
using Xunit.Abstractions;

namespace Pipeline.EndToEnd.Grid;

/// <summary>A grid job of the real executable, killed at random moments while volunteers work, one of whom lies: every read is in the result
/// once, with its right alignment.</summary>
public sealed class GridCrashTests(ITestOutputHelper output) : IDisposable
{
    private const int Kills = 6;
    private const int Reads = 120;
    private const string ReferenceFile = "genomes/tiny.fasta";

    private const string Spec = """
        { "kind": "grid", "name": "crash", "application": "alignment", "delayBound": "10m", "adaptive": false,
          "parameters": { "reference": "genomes/tiny.fasta", "readsPerUnit": 1, "reads": { "count": 120, "length": 60, "seed": 5 } } }
        """;

    private static readonly (string, string)[] Settings =
    [
        ("PipelineGridUnitsPerFile", "10"), ("PipelineGridAddressRequestsPerSecond", "100000"), ("PipelineGridHostRequestsPerSecond", "100000"), ("PipelineGridRegistrationsPerMinute", "100000"),
    ];

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("pipeline-grid-");

    [SkippableTheory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Job_HostKilledAgainAndAgain_EveryUnitIsInTheResultOnceAndRight(bool overBlobs)
    {
        var seed = Seeds.Next(output);
        var random = new Random(seed);
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(8));
        var root = _folder.CreateSubdirectory("root").FullName;
        await using var store = await HostStore.OpenAsync(overBlobs, root);
        var reference = Path.Combine(_folder.FullName, "tiny.fasta");
        await File.WriteAllTextAsync(reference, $">tiny\n{string.Concat(Enumerable.Range(0, 500).Select(_ => "ACGT"[random.Next(4)]))}\n", limit.Token);
        await using (var content = File.OpenRead(reference))
            await store.Objects.WriteAsync(DatasetFolders.Container, ReferenceFile, content, WriteCondition.None, limit.Token);
        var application = new AlignmentApplication();
        var work = new SharedWork(_folder.CreateSubdirectory("work").FullName, reference);
        var hosts = Enumerable.Range(0, 5).Select(n => new LastingHost(n, work, lies: n == 0)).ToList();

        var unfinished = 0;
        for (var life = 0; life < Kills; life++)
        {
            await using var host = ServedHost.Start(root, store, Settings);
            using var http = await host.ConnectAsync(root, limit.Token);
            await http.EnsureSubmittedAsync("doomed", Spec, limit.Token);
            var (enough, reports) = (random.Next(4, 30), 0);
            var reached = new TaskCompletionSource();
            var working = hosts.Select(h => h.WorkAsync(http.BaseAddress!, () => { if (Interlocked.Increment(ref reports) >= enough) reached.TrySetResult(); }, limit.Token)).ToList();
            await Task.WhenAny(reached.Task, http.EndAsync("doomed", limit.Token));
            await Task.Delay(TimeSpan.FromMilliseconds(random.NextDouble() * 200), limit.Token);
            if ((await http.FindAsync("doomed", limit.Token))!.Status == JobStatus.Running)
                unfinished++;
            await host.Process.KillAsync();
            await Task.WhenAll(working);
        }

        await using var last = ServedHost.Start(root, store, Settings);
        using var asking = await last.ConnectAsync(root, limit.Token);
        await asking.EnsureSubmittedAsync("doomed", Spec, limit.Token);
        using var done = CancellationTokenSource.CreateLinkedTokenSource(limit.Token);
        var end = Task.WhenAll(hosts.Select(h => h.WorkAsync(asking.BaseAddress!, () => { }, done.Token)));
        var rows = await asking.RowsAsync("doomed", limit.Token);
        await done.CancelAsync();
        await end;

        var job = await asking.EndAsync("doomed", limit.Token);
        output.WriteLine($"{unfinished} of {Kills} kills before the end; {hosts.Sum(h => h.Reported)} reports taken, {hosts.Sum(h => h.KnownBefore)} known before; {string.Join(", ", job.Output!.Statistics.Select(s => $"{s.Key} {s.Value}"))}");
        Assert.Equal((await ExpectedAsync(application, store.Objects, reference, limit.Token)).Order(), rows.Order());
        Assert.Equal((Reads, Reads, 0), ((int)job.Output.Statistics["units"], (int)job.Output.Statistics["unitsDone"], (int)job.Output.Statistics["unitsFailed"]));
        // The kills came while there was work, or this test would show nothing.
        Assert.InRange(unfinished, Kills / 2, Kills);
        Assert.DoesNotContain(await store.Objects.ListAsync("grid", "", limit.Token).Select(o => o.Path).ToListAsync(limit.Token), path => path.Contains("/doomed", StringComparison.Ordinal));
    }

    public void Dispose() => _folder.Delete(recursive: true);

    // As this process computes it, undisturbed.
    private static async Task<IReadOnlyList<string>> ExpectedAsync(AlignmentApplication application, IObjectStore store, string reference, CancellationToken cancellationToken)
    {
        var parameters = System.Text.Json.JsonDocument.Parse(Spec).RootElement.GetProperty("parameters");
        var expected = new List<string>();
        await foreach (var draft in application.SplitAsync(new GridSource(null, null, parameters), store, cancellationToken))
        {
            using var computation = application.Open(new UnitPayload(draft.Name, draft.Input, new Dictionary<string, string> { [ReferenceFile] = reference }), ReadOnlyMemory<byte>.Empty);
            while (!computation.Step(cancellationToken))
            {
            }
            expected.AddRange(application.Read(computation.Result()).Rows.Select(row => string.Join(", ", row.Prepend(draft.Name).Select(Json))));
        }
        return expected;
    }

    private static string Json(object? value) => value switch
    {
        null => "null",
        string text => new StringBuilder("\"").Append(text).Append('"').ToString(),
        _ => string.Create(CultureInfo.InvariantCulture, $"{value}"),
    };
}
