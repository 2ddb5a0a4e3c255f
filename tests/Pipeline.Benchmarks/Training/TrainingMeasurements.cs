using System.Globalization;
using DuckDB.NET.Data;
using Pipeline.Benchmarks.Measuring;
using Pipeline.Training;
using static TorchSharp.torch;

namespace Pipeline.Benchmarks.Training;

/// <summary>What is measured of training, each in a process of its own, on the digits of the samples.</summary>
internal static class TrainingMeasurements
{
    public const string Job = "training.job";
    public const string Loop = "training.loop";

    /// <summary>Samples learnt from in a second, of the later half of the epochs: before, the runtime still compiles.</summary>
    public const string Speed = "speed";

    /// <summary>The same, for images that lie in memory with their channels last.</summary>
    public const string ChannelsLast = "channelsLast";

    /// <summary>The same, with ReLU behind the pooling too: all that the app does to a network.</summary>
    public const string PoolFirst = "poolFirst";

    public static IReadOnlyDictionary<string, Measurement> All { get; } = new Dictionary<string, Measurement>
    {
        [Job] = (arguments, token) => JobAsync(arguments[0], arguments[1], token),
        [Loop] = (arguments, token) => Task.FromResult(PlainLoop(int.Parse(arguments[0], CultureInfo.InvariantCulture), int.Parse(arguments[1], CultureInfo.InvariantCulture), token)),
    };

    private static async Task<IReadOnlyDictionary<string, double>> JobAsync(string epochs, string fields, CancellationToken cancellationToken)
    {
        await using var app = await JobsApp.StartAsync(cancellationToken);
        foreach (var dataset in new[] { "digits", "digits-test" })
            await app.UploadAsync(dataset, SamplesFolder.Find("data", dataset), cancellationToken);
        var (id, result) = await app.RunAsync($$"""
            {
              "kind": "training", "name": "digits",
              "data": { "dataset": "digits", "image": { "column": "pixels", "width": 28, "height": 28 }, "label": { "column": "label", "classes": 10 }, "validation": { "dataset": "digits-test" } },
              "model": { "layers": [
                { "type": "conv2d", "filters": 16, "padding": 1 }, "relu", "max-pool", { "type": "conv2d", "filters": 32, "padding": 1 }, "relu", "max-pool",
                "flatten", { "type": "linear", "units": 64 }, "relu", "linear"] },
              "loss": "cross-entropy", "optimizer": { "type": "adam", "learningRate": 0.003 }, "epochs": {{epochs}}, "workers": 2, "seed": 1{{fields}}
            }
            """, cancellationToken);
        var columns = result.Columns.Select(c => c.Name).ToList();
        double[] Column(string name) => [.. result.Rows.Select(r => r[columns.IndexOf(name)].GetDouble())];
        var statistics = (await app.OutputAsync(id, cancellationToken)).Statistics;
        var (rounds, workers) = ((double)statistics["rounds"], 2.0);
        var seconds = Column("seconds");
        return new Dictionary<string, double>
        {
            [Speed] = Median(Column("samples_per_s")[(result.Rows.Count / 2)..]),
            ["rounds"] = rounds,
            ["seconds"] = seconds.Sum(),
            ["roundMs"] = seconds.Sum() * 1000 / rounds,
            ["computeMs"] = statistics["computeMs"] / rounds / workers,
            ["exchangeMs"] = statistics["exchangeMs"] / rounds / workers,
            ["waitMs"] = statistics["waitMs"] / rounds / workers,
            ["orchestrationMs"] = statistics["orchestrationMs"] / rounds,
            ["computeMsPerSample"] = statistics["computeMs"] / (double)statistics["samples"],
            ["bytesSent"] = statistics["bytesSent"],
            ["accuracy"] = Column("accuracy")[^1],
        };
    }

    private static double Median(double[] values) => values.Order().ElementAt(values.Length / 2);

    /// <summary>The same network, data and batches in a loop, as one writes it with TorchSharp; and in some that know tricks. Epochs in turn,
    /// so that whatever else the machine does falls on all.</summary>
    private static IReadOnlyDictionary<string, double> PlainLoop(int epochs, int threads, CancellationToken cancellationToken)
    {
        TorchLibrary.EnsureLoaded();
        set_num_threads(threads);
        var (pixels, labels) = Digits();
        using DigitsLoop plain = new(pixels, labels, channelsLast: false, poolFirst: false), channelsLast = new(pixels, labels, channelsLast: true, poolFirst: false), poolFirst = new(pixels, labels, channelsLast: true, poolFirst: true);
        var speeds = new Measuring.Samples();
        for (var epoch = 0; epoch < epochs; epoch++)
        {
            foreach (var (name, loop) in new[] { (Speed, plain), (ChannelsLast, channelsLast), (PoolFirst, poolFirst) })
            {
                var speed = loop.Epoch(epoch, cancellationToken);
                if (epoch >= epochs / 2)
                    speeds.Add(name, speed);
            }
        }
        return speeds.Medians;
    }

    private static (byte[] Pixels, long[] Labels) Digits()
    {
        using var connection = new DuckDBConnection("DataSource=:memory:");
        connection.Open();
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // The path is this program's own.
        command.CommandText = $"SELECT label, pixels FROM read_parquet('{SamplesFolder.Find("data", "digits", "*.parquet")}')";
#pragma warning restore CA2100
        using var reader = command.ExecuteReader();
        var (pixels, labels) = (new List<byte>(), new List<long>());
        var image = new byte[784];
        while (reader.Read())
        {
            labels.Add(reader.GetInt32(0));
            using var stream = reader.GetStream(1);
            stream.ReadExactly(image);
            pixels.AddRange(image);
        }
        return ([.. pixels], [.. labels]);
    }
}
