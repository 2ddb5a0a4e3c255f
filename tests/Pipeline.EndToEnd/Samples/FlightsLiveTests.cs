using System.Globalization;
using System.Net.Http.Json;
using Pipeline.EndToEnd.Cli;
using Pipeline.EndToEnd.Fixtures;
using Pipeline.Jobs;
using Pipeline.Training;

namespace Pipeline.EndToEnd.Samples;

/// <summary>From arrivals to a forecast, as the README of samples/flights-live says: each step is held to what DuckDB makes of the same flights, and the
/// forecast to what the model says when it is asked.</summary>
public sealed class FlightsLiveTests : IDisposable
{
    private const int Learnt = 15_000;
    private const int Scored = 3_000;

    private readonly SampleFolder _sample = new();

    public void Dispose() => _sample.Dispose();

    [Fact]
    public async Task FlightsLive_FromArrivalsToForecast_HoldsAlsoIfTheAppIsKilled()
    {
        var flights = Path.Combine(Repository.Root, "samples", "data", "flights", "month=2001-01");
        _sample.Duck.Run($"create table flights as select * from ({Arrived($"'{flights}/*.parquet'")}) limit {Learnt + 2 * Scored}");
        _sample.Duck.Run($"create table airports as from '{Path.Combine(Repository.Root, "samples", "data", "airports")}/*.parquet'");
        await using (var app = await ServedApp.StartAsync(_sample.Folder.Path))
        {
            await _sample.RunAsync("run", SampleFolder.Sample("flights-live", "arrivals.json"), "--events", flights, "--partition-key", "destination", "--query", Query(0, Learnt), "-q");
            await ExpectHoursAsync("arrivals", 0, Learnt, "join airports a on a.iata = f.destination", "a.city, ");

            var hours = await _sample.RunAsync("run", SampleFolder.Sample("flights-live", "next-hour.json"), "--top", "100000", "-o", "csv", "-q");
            Assert.Equal(
                _sample.Duck.Rows($"""
                    with hours as (from '{_sample.Dataset("arrivals")}' where window_end <= {Until(0, Learnt)} and flights >= 3)
                    select count(*) from hours h semi join hours n on n.destination = h.destination and n.window_end = h.window_end + interval '1 hour'
                    """)[0][0],
                _sample.Duck.Value($"select count(*) from '{_sample.Dataset("next-hour")}' where window_end + interval '1 hour' <= {Until(0, Learnt)}"));
            Assert.Equal(_sample.Duck.Value($"select count(*) from '{_sample.Dataset("next-hour")}'"), hours.Out.Split('\n').LongCount(line => line.Length > 0) - 1);

            await _sample.RunAsync("run", SampleFolder.Sample("flights-live", "model.json"), "-q");
            await _sample.RunAsync("run", SampleFolder.Sample("flights-live", "forecast.json"), "--events", flights, "--partition-key", "destination", "--query", Query(Learnt, Scored), "-q");
            await _sample.RunAsync("send", "flights", flights, "--partition-key", "destination", "--query", Query(Learnt + Scored, Scored), "-q");
        }
        // The app was killed with flights before it. What it had given out stays as it was, and the rest comes once.
        var before = Forecast();
        Assert.NotEmpty(before);
        await using var restarted = await ServedApp.StartAsync(_sample.Folder.Path);
        await ExpectHoursAsync("forecast", Learnt, 2 * Scored, having: "having count(*) >= 3");

        var forecast = Forecast();
        Assert.Subset(forecast.Select(Line).ToHashSet(), before.Select(Line).ToHashSet());
        Assert.Distinct(forecast.Select(row => (row[0], row[1])));
        Assert.Equal(await PredictAsync(restarted, forecast), forecast.Select(row => (double)row[5]!), (wanted, said) => Math.Abs(wanted - said) < 0.001);
        Assert.True(forecast.Select(row => row[5]).Distinct().Count() > forecast.Count / 2);
    }

    private static string Arrived(string table) => $"select *, date + to_minutes(delay) as arrived from {table} order by arrived";

    private static string Line(object?[] row) => string.Join('|', row);

    private static string Query(int first, int count) => string.Create(CultureInfo.InvariantCulture, $"select * from ({Arrived("input")}) limit {count} offset {first}");

    private static async Task<IEnumerable<double>> PredictAsync(ServedApp app, List<object?[]> rows)
    {
        using var http = new HttpClient { DefaultRequestHeaders = { { "x-functions-key", app.Key } } };
        var body = new { rows = rows.Select(row => new { window_end = ((DateTime)row[1]!).ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture), flights = row[2], mean_delay = row[3], worst_delay = row[4] }) };
        using var response = await http.PostAsJsonAsync(new Uri($"{app.Url.TrimEnd('/')}/api/models/next-hour/predict"), body);
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
        return (await response.Content.ReadFromJsonAsync<PredictionAnswer>(Responses.Json))!.Predictions.Select(p => p.Value!.Value);
    }

    // Parquet's dictionaries make no difference between 0 and -0. The last hour is still open, and each partition has a last hour of its own.
    private static string Until(int first, int count) =>
        string.Create(CultureInfo.InvariantCulture, $"(select date_trunc('hour', max(arrived) - interval '3 hours') from (from flights limit {count} offset {first}))");

    private Task ExpectHoursAsync(string dataset, int first, int count, string join = "", string columns = "", string having = "") => _sample.ExpectAsync(
        dataset,
        string.Create(CultureInfo.InvariantCulture, $$"""
            select f.destination, {{columns}}time_bucket(interval '1 hour', f.arrived) + interval '1 hour' as e, count(*) as flights, round(avg(f.delay), 1) + 0 as mean_delay, max(f.delay) as worst_delay
            from (from flights limit {{count}} offset {{first}}) f {{join}} group by all {{having}}
            """),
        $"select destination, {(columns.Length > 0 ? "city, " : "")}window_end, flights, mean_delay + 0, worst_delay from read_parquet('{{0}}') where window_end <= {Until(first, count)}",
        $"e <= {Until(first, count)}");

    private List<object?[]> Forecast() => _sample.Duck.Rows(
        $"select destination, window_end, flights, mean_delay, worst_delay, next_delay from '{_sample.Dataset("forecast")}' where window_end <= {Until(Learnt, 2 * Scored)} order by all");
}
