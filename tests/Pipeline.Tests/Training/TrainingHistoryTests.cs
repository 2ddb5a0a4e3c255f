using System.Text.Json;
using Pipeline.Jobs;
using Pipeline.Storage;
using Pipeline.Tests.Storage;
using Pipeline.Training;

namespace Pipeline.Tests.Training;

/// <summary>How a training got better, while it runs. That of one that is over is in its model.</summary>
public sealed class TrainingHistoryTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly DirectoryObjectStore _store;

    public TrainingHistoryTests() => _store = new DirectoryObjectStore(_folder.Path);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Read_AJobThatRuns_GivesTheEpochsOfItsLastRunInOrder()
    {
        await WriteAsync("job1/old/epochs/00001.json", 1, 9);
        await WriteAsync("job1/new/epochs/00002.json", 2, 0.5);
        await WriteAsync("job1/new/epochs/00001.json", 1, 0.7);
        await WriteAsync("job2/run/epochs/00001.json", 1, 8);
        foreach (var run in new[] { "old", "new" })
            await LastRun.NoteAsync(_store, "job1", run, default);
        await _store.WriteAsync(JobFiles.Container, "job1/new/epochs/00002.bin", new MemoryStream([1]), WriteCondition.None, default);

        var curves = await new TrainingHistory(_store).ReadAsync(Job("job1"), default);

        Assert.Equal([(1, 0.7), (2, 0.5)], curves.Epochs.Select(e => (e.Epoch, e.Loss)));
        Assert.Null(curves.Model);
        Assert.Null(curves.Confusion);
    }

    [Fact]
    public async Task Read_AJobThatHasJustBegun_HasNoEpochs() =>
        Assert.Empty((await new TrainingHistory(_store).ReadAsync(Job("job1"), default)).Epochs);

    private Task WriteAsync(string path, int epoch, double loss)
    {
        var report = new EpochReport(epoch, loss, loss, new Dictionary<string, double> { ["accuracy"] = 0.5 }, 0.1, 10, 1, 100, epoch, loss, false);
        return _store.WriteAsync(JobFiles.Container, path, new MemoryStream(JsonSerializer.SerializeToUtf8Bytes(report, Responses.Json)), WriteCondition.None, default);
    }

    private static JobView Job(string id) => new(id, "training", "n", JobStatus.Running, default, default, null, null, null);
}
