using System.Buffers.Binary;
using System.Text;
using System.Text.Json;
using Pipeline.Jobs;
using Pipeline.Streams;
using Pipeline.Training;

namespace Pipeline.Tests.Training;

/// <summary>What a training leaves: weights that any reader of safetensors reads, metrics, a card, and a model that answers.</summary>
[Collection(TorchTests.Name)]
public sealed class ModelTests : IDisposable
{
    private static readonly CancellationToken s_ct = CancellationToken.None;

    private readonly LocalTraining _training = new();

    public ModelTests() => _training.WriteMoons();

    public void Dispose() => _training.Dispose();

    [Fact]
    public async Task Publish_Weights_AreReadByAReaderThatKnowsOnlyTheFormat()
    {
        var (job, published) = await _training.PublishAsync(MoonSpec.Of());
        var state = await _training.StateAsync(job, LocalTraining.At(job, job.Index.Rounds));

        var bytes = await ReadAsync("moons/1/model.safetensors");

        // The format: the header's length in eight bytes, the header in JSON, then the tensors' bytes where the header says.
        var header = (int)BinaryPrimitives.ReadUInt64LittleEndian(bytes);
        using var json = JsonDocument.Parse(bytes.AsMemory(8, header));
        Assert.Equal(0, (8 + header) % 8);
        Assert.Equal(["__metadata__", "0.weight", "0.bias", "2.weight", "2.bias"], json.RootElement.EnumerateObject().Select(p => p.Name));
        Assert.Equal("pt", json.RootElement.GetProperty("__metadata__").GetProperty("format").GetString());
        foreach (var slot in job.Network.Weights)
        {
            var entry = json.RootElement.GetProperty(slot.Name);
            Assert.Equal("F32", entry.GetProperty("dtype").GetString());
            Assert.Equal(slot.Shape, entry.GetProperty("shape").EnumerateArray().Select(s => s.GetInt64()));
            var (start, end) = (entry.GetProperty("data_offsets")[0].GetInt32(), entry.GetProperty("data_offsets")[1].GetInt32());
            var values = Enumerable.Range(0, (end - start) / 4).Select(i => BinaryPrimitives.ReadSingleLittleEndian(bytes.AsSpan(8 + header + start + (4 * i)))).ToArray();
            Assert.Equal(state.Weights.AsSpan(slot.Offset, slot.Length).ToArray(), values);
        }
        Assert.Equal(1, published.Version);
    }

    [Theory]
    [InlineData("")]
    [InlineData("\u0001")]
    [InlineData("\u0002\0\0\0\0\0\0\0{}x")]
    public void Read_OtherFiles_NeverReadsPastThem(string start)
    {
        var bytes = Encoding.Latin1.GetBytes(start);
        if (start.EndsWith('x'))
            Assert.Empty(SafeTensors.Read(bytes));
        else
            Assert.Throws<InvalidDataException>(() => SafeTensors.Read(bytes));
    }

    [Theory]
    [InlineData("""{"a":{"dtype":"F32","shape":[4],"data_offsets":[0,16]}}""")]
    [InlineData("""{"a":{"dtype":"F16","shape":[1],"data_offsets":[0,2]}}""")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[-4,0]}}""")]
    [InlineData("""{"a":{"dtype":"F32","shape":[9223372036854775807,4],"data_offsets":[0,4]}}""")]
    [InlineData("""{"a":{"dtype":"F32","shape":"x","data_offsets":[0,4]}}""")]
    [InlineData("""{"a":3}""")]
    [InlineData("""{"a":""")]
    public void Read_HeaderThatLies_IsRefused(string header)
    {
        var bytes = new byte[8 + header.Length + 4];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, header.Length);
        Encoding.UTF8.GetBytes(header).CopyTo(bytes, 8);

        Assert.Throws<InvalidDataException>(() => SafeTensors.Read(bytes));
    }

    [Fact]
    public async Task Publish_Classes_LeavesCardMetricsLineageAndPictures()
    {
        var (job, published) = await _training.PublishAsync(MoonSpec.Of(""", "metrics": ["accuracy", "f1", "auc"], "optimizer": { "type": "adam", "learningRate": 0.05 } """, epochs: 6));

        var card = Encoding.UTF8.GetString(await ReadAsync("moons/1/README.md"));
        Assert.Contains("# moons, version 1", card, StringComparison.Ordinal);
        Assert.Contains("0 linear: 2 numbers → 8 numbers, 24 weights", card, StringComparison.Ordinal);
        var metrics = JsonSerializer.Deserialize<ModelMetrics>(await ReadAsync("moons/1/metrics.json"), Responses.Json)!;
        Assert.Equal(6, metrics.Epochs.Count);
        Assert.True(metrics.Final.Metrics["accuracy"] > 0.75, $"{metrics.Final.Metrics["accuracy"]}");
        Assert.True(metrics.Final.Metrics["auc"] > 0.85, $"{metrics.Final.Metrics["auc"]}");
        var lineage = JsonSerializer.Deserialize<ModelLineage>(await ReadAsync("moons/1/lineage.json"), Responses.Json)!;
        Assert.Equal(("job", "datasets/moons/part-0.parquet", 240L), (lineage.JobId, Assert.Single(lineage.Files).Path, lineage.Files[0].Rows));
        Assert.Equal(240, job.Index.TrainingCount() + job.Index.ValidationCount());
        Assert.Equal(6, published.Rows);
        foreach (var picture in new[] { "curves.png", "confusion.png" })
            Assert.Equal("PNG", Encoding.ASCII.GetString(await ReadAsync($"moons/1/{picture}"), 1, 3));
    }

    [Fact]
    public async Task Publish_Twice_IsOneVersion()
    {
        var (job, first) = await _training.PublishAsync(MoonSpec.Of(), publish: 2);

        Assert.Equal(1, first.Version);
        Assert.Equal([1], (await _training.Get<ModelStore>().GetAsync("moons", s_ct)).Versions.Select(v => v.Version));
        Assert.Equal("moons", job.Spec.Output);
    }

    [Fact]
    public async Task Predict_RowsOfEitherMoon_TellsThemApart()
    {
        await _training.PublishAsync(MoonSpec.Of(""", "optimizer": { "type": "adam", "learningRate": 0.05 } """, epochs: 8));

        var answer = await PredictAsync("""{ "rows": [{ "x": -0.5, "y": 1.0 }, { "Y": "-0.5", "X": 0.5, "else": 1 }] }""");
        var one = await PredictAsync("""{ "x": -0.5, "y": 1.0 }""");

        Assert.Equal(["0", "1"], answer.Predictions.Select(p => p.Label));
        Assert.All(answer.Predictions, p => Assert.InRange(p.Probability!.Value, 0.5, 1));
        Assert.Equal(answer.Predictions[0].Probabilities!["0"], one.Predictions[0].Probability);
        Assert.Equal(1, answer.Predictions[0].Probabilities!.Values.Sum(), 5);
    }

    [Fact]
    public async Task Models_SeveralVersions_AreListedPromotedAndDeleted()
    {
        for (var i = 1; i <= 3; i++)
            await _training.PublishAsync(MoonSpec.Of(epochs: 1), id: $"job-{i}");
        var models = _training.Get<ModelStore>();

        Assert.Equal([3, 2, 1], Assert.Single(await models.ListAsync(s_ct)).Versions.Select(v => v.Version));
        Assert.Equal(3, (await models.OpenAsync("moons", null, s_ct)).Version);
        Assert.Equal(2, (await models.PromoteAsync("moons", 2, s_ct)).Promoted);
        Assert.Equal(2, (await models.OpenAsync("moons", null, s_ct)).Version);
        await Assert.ThrowsAsync<JobConflictException>(() => models.DeleteAsync("moons", 2, s_ct));
        await models.DeleteAsync("moons", 3, s_ct);
        Assert.Contains("It has: 1, 2.", (await Assert.ThrowsAsync<NotFoundException>(() => models.OpenAsync("moons", 3, s_ct))).Message, StringComparison.Ordinal);
        Assert.Contains("Did you mean 'moons'?", (await Assert.ThrowsAsync<NotFoundException>(() => models.GetAsync("moon", s_ct))).Message, StringComparison.Ordinal);
        await models.DeleteAsync("moons", null, s_ct);
        Assert.Empty(await models.ListAsync(s_ct));
    }

    [Fact]
    public async Task Delete_AModelThatAStreamGoesOnWith_IsRefused()
    {
        await _training.PublishAsync(MoonSpec.Of(epochs: 1));
        var pins = new DefinitionStore(_training.Store);
        var definition = new StreamDefinition("scored", 1, StreamStatus.Paused, default, default, new StreamStart(), false, 0, Body("{}")) { Model = new ModelPin("moons", 1, "e") };
        await pins.WriteAsync(definition, null, s_ct);
        await pins.WriteAsync(definition with { Name = "plain", Model = null }, null, s_ct);
        var models = new ModelStore(_training.Store, [new ScoringStreams(pins)]);

        foreach (var version in (int?[])[1, null])
            Assert.Contains("is in use by stream 'scored'.", (await Assert.ThrowsAsync<JobConflictException>(() => models.DeleteAsync("moons", version, s_ct))).Message, StringComparison.Ordinal);
        Assert.Empty(await new ScoringStreams(pins).FindAsync("moons", 2, s_ct));
        await pins.DeleteAsync(definition, s_ct);
        await models.DeleteAsync("moons", 1, s_ct);

        Assert.Empty(await models.ListAsync(s_ct));
    }

    [Fact]
    public async Task Train_AQuantity_IsEstimatedInItsOwnUnit()
    {
        await _training.PublishAsync("""
            { "kind": "training", "name": "height", "data": { "dataset": "moons", "features": ["x", "y", { "column": "class", "oneHot": 2 }], "label": "height", "validation": 0.2 },
              "model": "mlp", "loss": "huber", "batchSize": 32, "epochs": 12, "optimizer": { "type": "adam", "learningRate": 0.02 }, "metrics": ["mae", "rmse", "r2"] }
            """);

        var metrics = JsonSerializer.Deserialize<ModelMetrics>(await ReadAsync("height/1/metrics.json"), Responses.Json)!.Final.Metrics;
        Assert.True(metrics["r2"] > 0.8, $"{metrics["r2"]}");
        Assert.True(metrics["mae"] <= metrics["rmse"]);
        Assert.Equal("PNG", Encoding.ASCII.GetString(await ReadAsync("height/1/estimates.png"), 1, 3));
        var answer = await _training.Get<PredictionService>().PredictAsync("height", null, Body("""{ "x": 0.0, "y": 1.0, "class": 0 }"""), s_ct);
        Assert.InRange(answer.Predictions[0].Value!.Value, 2.5, 5);
    }

    [Fact]
    public async Task Train_NoBetterForAWhile_StopsAndKeepsTheBest()
    {
        var job = await _training.StartAsync(MoonSpec.Of(""", "optimizer": { "type": "sgd", "learningRate": 3 }, "earlyStopping": { "metric": "loss", "patience": 2 } """, epochs: 40));
        EpochReport? last = null;
        for (var epoch = 1; last is not { Stop: true } && epoch <= 40; epoch++)
            last = await _training.EpochAsync(job, epoch);

        var published = await _training.Activities.PublishModel(new EpochEnd("job", "run", last!.Epoch, job.Index.Rounds, 0, 0, 1, 0), s_ct);

        Assert.Null(published.Error);
        Assert.True(last.Stop && last.Epoch < 40, $"{last}");
        var metrics = JsonSerializer.Deserialize<ModelMetrics>(await ReadAsync("moons/1/metrics.json"), Responses.Json)!;
        Assert.Equal(last.Epoch - 2, metrics.Final.Epoch);
        Assert.Equal(metrics.Epochs.Min(e => e.Loss), metrics.Final.Loss);
    }

    private Task<PredictionAnswer> PredictAsync(string body) => _training.Get<PredictionService>().PredictAsync("moons", null, Body(body), s_ct);

    private static JsonElement Body(string json) => JsonDocument.Parse(json).RootElement;

    private async Task<byte[]> ReadAsync(string path)
    {
        using var buffer = new MemoryStream();
        await using var stream = await _training.Store.OpenReadAsync("models", path, s_ct);
        await stream.CopyToAsync(buffer, s_ct);
        return buffer.ToArray();
    }
}
