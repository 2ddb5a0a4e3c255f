using Pipeline.EndToEnd.Fixtures;
using Pipeline.EndToEnd.Training;
using Pipeline.Jobs;
using Xunit.Abstractions;

namespace Pipeline.EndToEnd.Faults;

/// <summary>Trainings of the real executable, killed in each phase: the weights in the end are those of a run that nobody disturbed.</summary>
public sealed class TrainingCrashTests(ITestOutputHelper output) : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("pipeline-crash-");
    private readonly TestData _data = new();

    // Phases that come again in every round or epoch, but for the first and the last: one that was passed before it was heard comes again.
    public static TheoryData<string, string[]> Strategies => new()
    {
        { """, "workers": 2, "optimizer": { "type": "adam", "learningRate": 0.02 } """, ["PrepareSamples", "TrainRound", "TrainRound", "TestEpoch", "CloseEpoch", "TrainRound", "PublishModel"] },
        { """, "workers": 2, "strategy": { "type": "local-sgd", "steps": 2 }, "exchange": { "encoding": "top-k", "share": 0.1 } """, ["TrainRound", "CloseRound", "TrainRound", "CloseRound", "TestEpoch"] },
    };

    [Theory]
    [MemberData(nameof(Strategies))]
    public async Task Train_HostKilledInEveryPhase_EndsWithTheUndisturbedWeights(string strategy, string[] phases)
    {
        var random = new Random(Seeds.Next(output));
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(4));
        var (spec, root) = (Shapes.Spec(epochs: 10, more: strategy), _folder.CreateSubdirectory("killed").FullName);
        await using var store = await HostStore.OpenAsync(false, root);
        var kills = 0;
        foreach (var (life, phase) in phases.Index())
        {
            await using var host = ServedHost.Start(root, store);
            using var http = await host.ConnectAsync(root, limit.Token);
            if (life == 0)
                await http.UploadAsync("shapes", "part-0.parquet", _data.Parquet(Shapes.Rows), limit.Token);
            await http.EnsureSubmittedAsync("training", spec, limit.Token);
            using var enough = CancellationTokenSource.CreateLinkedTokenSource(limit.Token);
            var ended = http.EndAsync("training", enough.Token);
            var heard = HearAsync(host, phase, random.Next(1, phase == "TrainRound" ? 4 : 2), enough.Token);

            // A busy machine hears so late that the job can be over before its time.
            if (await Task.WhenAny(heard, ended) == ended)
            {
                await ended;
                await enough.CancelAsync();
                await Task.WhenAny(heard);
                break;
            }
            await heard;
            await Task.Delay(TimeSpan.FromMilliseconds(random.NextDouble() * 20), limit.Token);
            await host.Process.KillAsync();
            kills++;
            await enough.CancelAsync();
            await Task.WhenAny(ended);
        }
        output.WriteLine($"{kills} kills.");
        Assert.InRange(kills, 2, phases.Length);

        await using var last = ServedHost.Start(root, store);
        using (var http = await last.ConnectAsync(root, limit.Token))
        {
            var job = await http.EndAsync("training", limit.Token);
            Assert.True(job.Status == JobStatus.Completed, $"{job.Status} {job.Error}");
        }
        Assert.Equal(await UndisturbedAsync(spec), await File.ReadAllBytesAsync(Weights(root), limit.Token));
    }

    public void Dispose()
    {
        _data.Dispose();
        _folder.Delete(recursive: true);
    }

    private static async Task HearAsync(ServedHost host, string phase, int times, CancellationToken cancellationToken)
    {
        for (; times > 0; times--)
            await host.HearBeginAsync(phase, cancellationToken);
    }

    private static string Weights(string root) => Path.Combine(root, "store", "models", "shapes", "1", "model.safetensors");

    private async Task<byte[]> UndisturbedAsync(string spec)
    {
        await using var app = await RunningApp.StartAsync();
        await app.UploadAsync("shapes", "part-0.parquet", _data.Parquet(Shapes.Rows));
        await app.ResultAsync(await app.SubmitAsync(spec));
        return await File.ReadAllBytesAsync(Weights(app.Root));
    }
}
