using Pipeline.Benchmarks.Batch;
using Pipeline.Benchmarks.Dashboard;
using Pipeline.Benchmarks.Durable;
using Pipeline.Benchmarks.Grid;
using Pipeline.Benchmarks.Measuring;
using Pipeline.Benchmarks.Simulation;
using Pipeline.Benchmarks.Streams;
using Pipeline.Benchmarks.Training;

namespace Pipeline.Benchmarks;

/// <summary>The benchmarks by name, and the measurements that they run in processes of their own.</summary>
internal static class Catalog
{
    public static IReadOnlyList<IBenchmark> Benchmarks { get; } = [new DurableBenchmark(), new BatchBenchmark(), new StreamsBenchmark(), new TrainingBenchmark(), new SimulationBenchmark(), new GridBenchmark(), new DashboardBenchmark()];

    public static IReadOnlyDictionary<string, Measurement> Measurements { get; } =
        DurableMeasurements.All.Concat(BatchMeasurements.All).Concat(AmqpMeasurements.All).Concat(NexmarkMeasurements.All).Concat(WindowLatency.All).Concat(StreamMemory.All)
            .Concat(StreamKeys.All).Concat(SinkCost.All).Concat(TrainingMeasurements.All).Concat(SimulationMeasurements.All).Concat(GridMeasurements.All).Concat(AlignmentMeasurements.All).Concat(DashboardMeasurements.All).ToDictionary();

    public static string Usage(string[] asked)
    {
        var problem = asked.Length switch
        {
            0 => "Name the benchmark to run.",
            1 => $"There is no benchmark named '{asked[0]}'.",
            _ => "Name one benchmark.",
        };
        var width = Benchmarks.Max(benchmark => benchmark.Name.Length);
        return string.Join('\n',
        [
            problem,
            "",
            "  dotnet run -c Release --project tests/Pipeline.Benchmarks -- NAME [--quick]",
            "",
            .. Benchmarks.Select(benchmark => $"  {benchmark.Name.PadRight(width)}  {benchmark.Summary}"),
            "",
            "--quick ends within 40 seconds: fewer repetitions.",
        ]);
    }
}
