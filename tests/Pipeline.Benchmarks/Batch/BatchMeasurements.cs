using System.Diagnostics;
using System.Globalization;
using DuckDB.NET.Data;
using Pipeline.Benchmarks.Measuring;

namespace Pipeline.Benchmarks.Batch;

/// <summary>What is measured of batch jobs, each in a process of its own. The argument is the number of rounds; all times are medians in milliseconds.</summary>
internal static class BatchMeasurements
{
    public const string FlightsJob = "batch.flights";
    public const string TinyJob = "batch.tiny";

    /// <summary>Submit to rows.</summary>
    public const string Job = "job";

    /// <summary>DuckDB asked directly.</summary>
    public const string DuckDb = "duckdb";

    /// <summary>The processor time of <see cref="Job"/> or <see cref="DuckDb"/>, all threads together.</summary>
    public const string Processor = "cpu of ";

    /// <summary>What of a job's time lies outside its activities: HTTP, orchestration, commits.</summary>
    public const string Rest = "rest";

    public static IReadOnlyDictionary<string, Measurement> All { get; } = new Dictionary<string, Measurement>
    {
        [FlightsJob] = (arguments, token) => FlightsAsync(int.Parse(arguments[0], CultureInfo.InvariantCulture), token),
        [TinyJob] = (arguments, token) => TinyAsync(int.Parse(arguments[0], CultureInfo.InvariantCulture), token),
    };

    private static async Task<IReadOnlyDictionary<string, double>> FlightsAsync(int rounds, CancellationToken cancellationToken)
    {
        var flights = Flights.Load();
        await using var app = await JobsApp.StartAsync(cancellationToken);
        await app.UploadAsync("flights", flights.Folder, cancellationToken);
        var times = new Samples();

        // In turn, so that whatever else the machine does falls on both; the first round warms both up.
        for (var round = 0; round <= rounds; round++)
        {
            var duckDb = Clock.Start();
            var expected = flights.AskDuckDb();
            duckDb.Stop();
            var job = Clock.Start();
            var (id, result) = await app.RunAsync(flights.Spec, cancellationToken);
            job.Stop();
            var rows = result.Rows.Select(row => Flights.Row(row.EnumerateArray())).ToArray();
            if (!rows.SequenceEqual(expected))
            {
                throw new BenchmarkException($"The job's answer is not DuckDB's.\n  job:    {string.Join("\n          ", rows)}\n  DuckDB: {string.Join("\n          ", expected)}");
            }

            if (round > 0)
            {
                duckDb.AddTo(times, DuckDb);
                await AddJobAsync(app, id, job, times, cancellationToken);
            }
        }

        return times.Medians;
    }

    private static async Task<IReadOnlyDictionary<string, double>> TinyAsync(int rounds, CancellationToken cancellationToken)
    {
        using var data = new TemporaryFolder();
        using (var connection = new DuckDBConnection("DataSource=:memory:"))
        {
            connection.Open();
            using var command = connection.CreateCommand();
#pragma warning disable CA2100 // The path is this program's own.
            command.CommandText = $"COPY (SELECT range AS id FROM range(10)) TO '{Path.Combine(data.Path, "tiny.parquet")}' (FORMAT parquet)";
#pragma warning restore CA2100
            command.ExecuteNonQuery();
        }

        await using var app = await JobsApp.StartAsync(cancellationToken);
        await app.UploadAsync("tiny", data.Path, cancellationToken);
        var times = new Samples();
        for (var round = -3; round < rounds; round++)
        {
            var job = Clock.Start();
            var (id, result) = await app.RunAsync("""{ "kind": "batch", "name": "tiny", "tables": { "t": "tiny" }, "query": "select id from t" }""", cancellationToken);
            job.Stop();
            if (result.RowCount != 10)
            {
                throw new BenchmarkException($"The tiny job gave {result.RowCount} rows of 10.");
            }

            if (round >= 0)
            {
                await AddJobAsync(app, id, job, times, cancellationToken);
            }
        }

        return times.Medians;
    }

    // Activities of one kind run side by side: their stage lasts from the first that was asked for to the last that ended.
    private static async Task AddJobAsync(JobsApp app, string id, Clock job, Samples times, CancellationToken cancellationToken)
    {
        var activities = 0.0;
        foreach (var stage in (await app.ActivitiesAsync(id, cancellationToken)).GroupBy(activity => activity.Activity))
        {
            var milliseconds = (stage.Max(activity => activity.To) - stage.Min(activity => activity.From)).TotalMilliseconds;
            times.Add(stage.Key, milliseconds);
            activities += milliseconds;
        }

        job.AddTo(times, Job);
        times.Add(Rest, job.Milliseconds - activities);
        foreach (var (name, value) in (await app.OutputAsync(id, cancellationToken)).Statistics)
        {
            times.Add(name, value);
        }
    }

    private sealed class Clock
    {
        private readonly long _start = Stopwatch.GetTimestamp();
        private readonly TimeSpan _processorStart = Environment.CpuUsage.TotalTime;
        private TimeSpan _processor;

        public double Milliseconds { get; private set; }

        public static Clock Start() => new();

        public void Stop()
        {
            Milliseconds = Stopwatch.GetElapsedTime(_start).TotalMilliseconds;
            _processor = Environment.CpuUsage.TotalTime - _processorStart;
        }

        public void AddTo(Samples samples, string key)
        {
            samples.Add(key, Milliseconds);
            samples.Add(Processor + key, _processor.TotalMilliseconds);
        }
    }
}
