using System.Text.Json.Nodes;
using Pipeline.EndToEnd.Fixtures;
using Pipeline.Jobs;

namespace Pipeline.EndToEnd.Samples;

/// <summary>The trainings and the simulation among the samples, cut short: what they show can be seen after a moment.</summary>
public sealed class SampleJobTests(SampleJobTests.App app) : IClassFixture<SampleJobTests.App>
{
    [Fact]
    public async Task Digits_AfterAnEpoch_AreReadMoreOftenThanNot()
    {
        await app.UploadAsync("digits", "train.parquet");
        await app.UploadAsync("digits-test", "test.parquet");

        var rows = await RunAsync("digits/digits.json", spec => spec["epochs"] = 1);

        Assert.InRange(Last(rows, "accuracy"), 0.9, 1);
    }

    [Fact]
    public async Task FlightsDelay_AfterAnEpoch_IsEstimatedBetterThanByTheMean()
    {
        await app.UploadAsync("flights", "month=2001-02/part-0.parquet");

        var rows = await RunAsync("flights-delay/flights-delay.json", spec => spec["epochs"] = 1);

        Assert.InRange(Last(rows, "r2"), 0.01, 0.5);
        Assert.InRange(Last(rows, "mae"), 10, 20);
    }

    [Fact]
    public async Task FlightsFederated_AfterThreeRounds_TellsLateFlightsBetterThanChance()
    {
        await app.UploadAsync("flights", "month=2001-02/part-0.parquet");

        var rows = await RunAsync("flights-delay/flights-federated.json", spec => spec["epochs"] = 3);

        Assert.InRange(Last(rows, "auc"), 0.52, 1);
    }

    [Fact]
    public async Task Climate_SixHoursOnTheMountain_KeepTheirMass()
    {
        var rows = await RunAsync("climate/mountain.json", spec => spec["parameters"]!["days"] = 0.25);

        Assert.InRange(Last(rows, "mass") / First(rows, "mass"), 1 - 1e-12, 1 + 1e-12);
        Assert.InRange(Last(rows, "energy") / First(rows, "energy"), 1 - 1e-5, 1 + 1e-5);
        Assert.Equal(21_600, Last(rows, "time"), 600.0);
    }

    private async Task<JobResult> RunAsync(string sample, Action<JsonNode> shorten)
    {
        var spec = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(Repository.Root, "samples", sample)))!;
        shorten(spec);
        return await app.Running.RunAsync(spec.ToJsonString());
    }

    private static double First(JobResult result, string column) => Value(result, 0, column);

    private static double Last(JobResult result, string column) => Value(result, result.Rows.Count - 1, column);

    private static double Value(JobResult result, int row, string column) => result.Rows[row][result.Columns.Select(c => c.Name).ToList().IndexOf(column)].GetDouble();

    /// <summary>One app for all of them.</summary>
    public sealed class App : IAsyncLifetime
    {
        public RunningApp Running { get; private set; } = null!;

        public async Task InitializeAsync() => Running = await RunningApp.StartAsync();

        public async Task DisposeAsync() => await Running.DisposeAsync();

        public async Task UploadAsync(string dataset, string file) =>
            await Running.UploadAsync(dataset, file, await File.ReadAllBytesAsync(Path.Combine(Repository.Root, "samples", "data", dataset, file)));
    }
}
