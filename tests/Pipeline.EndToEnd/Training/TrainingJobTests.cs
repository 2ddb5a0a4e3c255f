using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Pipeline.EndToEnd.Fixtures;
using Pipeline.Jobs;
using Pipeline.Training;

namespace Pipeline.EndToEnd.Training;

/// <summary>Training jobs through the whole app: from the spec over HTTP to a model that answers and scores.</summary>
public sealed class TrainingJobTests : IAsyncLifetime
{
    private RunningApp? _app;

    private RunningApp App => _app!;

    public async Task InitializeAsync()
    {
        using var data = new TestData();
        _app = await RunningApp.StartAsync();
        await App.UploadAsync("shapes", "part-0.parquet", data.Parquet(Shapes.Rows, rowGroup: 2_048));
    }

    public async Task DisposeAsync() => await App.DisposeAsync();

    [Fact]
    public async Task Run_ImagesWithAConvolution_MakesAModelThatIsAskedPromotedAndDeleted()
    {
        var id = await App.SubmitAsync(Shapes.Spec());

        var result = await App.ResultAsync(id);

        var job = await App.GetAsync(id);
        Assert.Equal(["epoch", "train_loss", "loss", "accuracy", "learning_rate", "seconds", "samples_per_s", "bytes_exchanged"], result.Columns.Select(c => c.Name));
        Assert.Equal(3, result.RowCount);
        Assert.True(result.Rows[^1][3].GetDouble() > 0.9, result.Rows[^1].GetRawText());
        Assert.Equal("models/shapes/1/README.md", job.Output!.Artifacts![0]);
        Assert.Contains(job.Output.Artifacts, a => a.EndsWith("/confusion.png", StringComparison.Ordinal));
        Assert.All(job.Output.Artifacts, a => Assert.True(File.Exists(Path.Combine(App.Root, "store", a)), a));
        Assert.Equal([$"{id}/spec.json"], Directory.EnumerateFiles(Path.Combine(App.Root, "store", "jobs", id), "*", SearchOption.AllDirectories).Select(f => $"{id}/{Path.GetFileName(f)}"));

        var curves = (await App.Http.GetFromJsonAsync<TrainingCurves>($"api/jobs/{id}/epochs", Responses.Json))!;
        Assert.Equal(("shapes", 1), (curves.Model, curves.Version));
        Assert.Equal([1, 2, 3], curves.Epochs.Select(e => e.Epoch));
        Assert.Equal(["level", "upright"], curves.Confusion!.Classes);
        Assert.Equal(curves.Epochs[^1].Metrics["accuracy"], curves.Confusion.Counts.Select((row, i) => row[i]).Sum() / (double)curves.Confusion.Counts.Sum(row => row.Sum()), 6);
        Assert.Equal("PNG"u8.ToArray(), (await App.Http.GetByteArrayAsync(new Uri($"api/jobs/{id}/artifacts/confusion.png", UriKind.Relative)))[1..4]);
        Assert.Equal(HttpStatusCode.NotFound, (await App.Http.GetAsync(new Uri($"api/jobs/{id}/artifacts/confusio.png", UriKind.Relative))).StatusCode);

        var bar = Convert.ToBase64String([.. Enumerable.Range(0, 64).Select(i => (byte)(i % 8 == 4 ? 255 : 0))]);
        var line = Convert.ToBase64String([.. Enumerable.Range(0, 64).Select(i => (byte)(i / 8 == 4 ? 255 : 0))]);
        var answer = await PredictAsync($$"""{ "rows": [{ "pixels": "{{bar}}" }, { "pixels": "{{line}}" }] }""");
        Assert.Equal(["upright", "level"], answer.Predictions.Select(p => p.Label));

        var promoted = await App.Http.PostAsync(new Uri("api/models/shapes/1/promote", UriKind.Relative), null);
        Assert.Equal(1, (await promoted.Content.ReadFromJsonAsync<ModelView>(Responses.Json))!.Promoted);
        Assert.Equal(HttpStatusCode.NotFound, (await App.Http.PostAsync(new Uri("api/models/shapes/2/promote", UriKind.Relative), null)).StatusCode);
        Assert.Equal(HttpStatusCode.NoContent, (await App.Http.DeleteAsync(new Uri("api/models/shapes", UriKind.Relative))).StatusCode);
        Assert.Equal("[]", await App.Http.GetStringAsync(new Uri("api/models", UriKind.Relative)));
        Assert.Equal(HttpStatusCode.NotFound, (await App.Http.PostAsync(new Uri("api/models/shapes/predict", UriKind.Relative), new StringContent("{}"))).StatusCode);
    }

    [Fact]
    public async Task Score_ADataset_WritesItsRowsWithWhatTheModelSays()
    {
        await App.ResultAsync(await App.SubmitAsync(Shapes.Spec()));

        var result = await App.RunAsync("""{ "kind": "scoring", "name": "again", "model": "shapes", "dataset": "shapes", "output": "scored" }""");
        var check = await App.RunAsync("""
            { "kind": "batch", "name": "check", "tables": { "s": "scored" },
              "query": "select count(*) as n, avg(case when prediction = shape then 1 else 0 end) > 0.9 as good, min(probability) >= 0.5 as sure, count(distinct id) as ids from s" }
            """);

        Assert.Equal(Shapes.Count, result.RowCount);
        Assert.Equal(["id", "pixels", "shape", "prediction", "probability"], result.Columns.Select(c => c.Name));
        Assert.Equal($"[{Shapes.Count},true,true,{Shapes.Count}]", check.Rows[0].GetRawText());
        var again = await App.RefusedAsync("""{ "kind": "scoring", "name": "again", "model": "shape", "dataset": "shapes", "output": "scored" }""");
        Assert.Contains("Did you mean 'shapes'?", again.Errors![0].Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Submit_FaultySpec_IsRefusedWithEveryFaultAtOnce()
    {
        var problem = await App.RefusedAsync(Shapes.Spec().Replace("\"batchSize\"", "\"batchsize\"", StringComparison.Ordinal).Replace("\"loss\": \"cross-entropy\"", "\"loss\": \"entropy\"", StringComparison.Ordinal));

        Assert.Equal(["/batchsize", "/loss"], problem.Errors!.Select(e => e.Pointer).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Plan_ATraining_TellsLayersAndBytes()
    {
        using var response = await App.PostAsync(Shapes.Spec(), "api/jobs/plan");

        var plan = JsonSerializer.Deserialize<JobPlan>(await response.Content.ReadAsStringAsync(), Responses.Json)!;
        Assert.Equal(["prepare", "train", "publish"], plan.Stages.Select(s => s.Name));
        Assert.Contains("0 conv2d: 1 × 8 × 8 → 4 × 8 × 8, 40 weights", plan.Stages[1].Details);
        Assert.Equal(Shapes.Count, plan.Stages[0].Rows);
    }

    [Fact]
    public async Task Run_WorkersAskedForOnTheWay_EndsWithTheSameWeights()
    {
        await App.ResultAsync(await App.SubmitAsync(Shapes.Spec(epochs: 8)));
        var id = await App.SubmitAsync(Shapes.Spec(epochs: 8));
        using var asked = await App.Http.PostAsync(new Uri($"api/jobs/{id}/workers", UriKind.Relative), new StringContent("""{ "workers": 4 }""", Encoding.UTF8, "application/json"));

        await App.ResultAsync(id);

        Assert.Equal(HttpStatusCode.Accepted, asked.StatusCode);
        Assert.Equal(Weights(1), Weights(2));
        using var late = await App.Http.PostAsync(new Uri($"api/jobs/{id}/workers", UriKind.Relative), new StringContent("""{ "workers": 4 }""", Encoding.UTF8, "application/json"));
        Assert.Equal(HttpStatusCode.Conflict, late.StatusCode);
    }

    [Fact]
    public async Task Run_FederatedWithAFraction_Learns()
    {
        var result = await App.RunAsync(Shapes.Spec(epochs: 8, more: """, "workers": 5, "optimizer": { "type": "sgd", "learningRate": 0.1 }, "strategy": { "type": "federated", "fraction": 0.6, "deadlineSeconds": 60, "aggregate": "trimmed-mean" } """));

        Assert.True(result.Rows[^1][3].GetDouble() > 0.9, result.Rows[^1].GetRawText());
    }

    [Fact]
    public async Task Cancel_ATrainingAtWork_LeavesNothingOfIt()
    {
        var id = await App.SubmitAsync(Shapes.Spec(epochs: 5_000));
        await RunningApp.UntilAsync(() => App.GetAsync(id), job => job.Progress is { Stage: "train", TasksDone: > 3 });

        using var cancelled = await App.Http.DeleteAsync(new Uri($"api/jobs/{id}", UriKind.Relative));

        Assert.Equal(HttpStatusCode.Accepted, cancelled.StatusCode);
        Assert.Equal(JobStatus.Canceled, (await App.EndAsync(id)).Status);
        Assert.False(Directory.Exists(Path.Combine(App.Root, "store", "models", "shapes")));
    }

    private byte[] Weights(int version)
    {
        var bytes = File.ReadAllBytes(Path.Combine(App.Root, "store", "models", "shapes", $"{version}", "model.safetensors"));
        // The header tells the version; the weights come behind it.
        return bytes[(8 + (int)BitConverter.ToInt64(bytes))..];
    }

    private async Task<PredictionAnswer> PredictAsync(string body)
    {
        using var response = await App.Http.PostAsync(new Uri("api/models/shapes/predict", UriKind.Relative), new StringContent(body, Encoding.UTF8, "application/json"));
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, text);
        return JsonSerializer.Deserialize<PredictionAnswer>(text, Responses.Json)!;
    }
}
