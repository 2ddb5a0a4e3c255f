using System.Globalization;
using Pipeline.Benchmarks.Measuring;
using static Pipeline.Benchmarks.Simulation.SimulationMeasurements;

namespace Pipeline.Benchmarks.Simulation;

/// <summary>Simulations: against the same in C over MPI, what a superstep costs that computes nothing, and what to expect on Azure.</summary>
internal sealed class SimulationBenchmark : IBenchmark
{
    private const int Rows = 512;
    private const int Columns = 1024;
    private const int Side = 512;

    public string Name => "simulation";

    public string Summary => "shallow water and conjugate gradients against C over MPI, supersteps, scaling";

    public async Task<Figures> RunAsync(Run run, CancellationToken cancellationToken)
    {
        var (rounds, steps, iterations) = run.Quick ? (2, 20, 30) : (5, 100, 150);
        using var peer = MpiPeer.Build(out var missing);
        if (peer is null)
            run.Output.WriteLine(missing);
        var samples = new Samples();
        for (var round = 0; round < rounds; round++)
        {
            foreach (var ranks in new[] { 1, 2 })
            {
                var water = await ChildProcess.MeasureAsync(ShallowWater, cancellationToken, ranks, Rows, Columns, steps);
                var gradients = await ChildProcess.MeasureAsync(ConjugateGradient, cancellationToken, ranks, Side, iterations);
                samples.Add($"water{ranks}", water[Seconds]);
                samples.Add($"cg{ranks}", gradients[Seconds]);
                samples.Add($"waterProcessor{ranks}", water[Processor]);
                if (peer is null)
                    continue;
                var peerWater = peer.Measure(ranks, "shallow-water", Text(Rows), Text(Columns), Text(steps), TimeStep(Rows, Columns).ToString("r", CultureInfo.InvariantCulture));
                var peerGradients = peer.Measure(ranks, "conjugate-gradient", Text(Side), Text(iterations));
                Agree("shallow water", water[Result], peerWater.Result);
                Agree("conjugate gradients", gradients[Result], peerGradients.Result);
                samples.Add($"peerWater{ranks}", peerWater.Seconds);
                samples.Add($"peerCg{ranks}", peerGradients.Seconds);
                samples.Add($"peerWaterProcessor{ranks}", peerWater.Processor);
            }
        }
        var idle = await ChildProcess.MeasureAsync(IdleRanks, cancellationToken, run.Quick ? 2_000 : 20_000, run.Quick ? 50 : 300);
        var nas = await ChildProcess.MeasureAsync(NasKernels, cancellationToken, run.Quick ? 1 : 3);
        var (weakOne, weakTwo) = (
            await ChildProcess.MeasureAsync(ShallowWater, cancellationToken, 1, Rows / 2, Columns, 2 * steps),
            await ChildProcess.MeasureAsync(ShallowWater, cancellationToken, 2, Rows, Columns, 2 * steps));

        var rate = (double)Rows * Columns * steps / samples["water1"];
        Tables(run, samples, peer is not null, steps, iterations, idle, nas);
        run.Output.WriteLine();
        run.Output.WriteLine($"Scaling from 1 to 2 ranks: strong {samples["water1"] / samples["water2"]:0.00} of 2; weak {weakOne[Seconds] / weakTwo[Seconds]:0.00} of 1.");
        run.Output.WriteLine();
        AzureModel.Write(run.Output, rate, Rows, Columns);

        var figures = new Figures();
        if (peer is not null)
        {
            figures.Add("vs_mpi", samples["peerWater2"] / samples["water2"]);
            // One rank waits for nobody: the processor's time says the same on a busy machine as on an idle one.
            figures.Add("vs_c", samples["peerWaterProcessor1"] / samples["waterProcessor1"]);
            figures.Add("cg_vs_mpi", samples["peerCg2"] / samples["cg2"]);
        }
        figures.Add("cells_per_s", (double)Rows * Columns * steps / samples["water2"]);
        figures.Add("superstep_ms", idle["memory"]);
        figures.Add("superstep_blob_ms", idle["blobs"]);
        figures.Add("strong_2", samples["water1"] / samples["water2"]);
        figures.Add("weak_2", weakOne[Seconds] / weakTwo[Seconds]);
        return figures;
    }

    private static void Tables(Run run, Samples samples, bool compared, int steps, int iterations, IReadOnlyDictionary<string, double> idle, IReadOnlyDictionary<string, double> nas)
    {
        var table = new MarkdownTable("measured", "Pipeline", "C over MPI", "ratio");
        foreach (var ranks in new[] { 1, 2 })
        {
            Compare($"shallow water {Columns} × {Rows}, {ranks} rank{(ranks == 1 ? "" : "s")}, million cell updates/s", $"water{ranks}", $"peerWater{ranks}", (double)Rows * Columns * steps / 1e6);
            Compare($"conjugate gradients, {Side * Side:N0} rows, {ranks} rank{(ranks == 1 ? "" : "s")}, iterations/s", $"cg{ranks}", $"peerCg{ranks}", iterations);
        }
        Compare("shallow water kernel, 1 rank, million cell updates a second of the processor", "waterProcessor1", "peerWaterProcessor1", (double)Rows * Columns * steps / 1e6);
        table.Row("superstep of 8 idle ranks, engine alone, ms", Figures.Number(idle["engine"]), "", "");
        table.Row("superstep of 8 idle ranks, job on one host, ms (goal < 5)", Figures.Number(idle["memory"]), "", "");
        table.Row("superstep of 8 idle ranks, job on two hosts through blobs, ms (goal < 20)", Figures.Number(idle["blobs"]), "", "");
        foreach (var (kernel, seconds) in nas)
            table.Row($"NAS {kernel[..2].ToUpperInvariant()} class {kernel[3..]}, 2 ranks, verified, s", Figures.Number(seconds), "", "");
        table.WriteTo(run.Output);

        void Compare(string what, string own, string peer, double work) => table.Row(what, Figures.Readable(work / samples[own]),
            compared ? Figures.Readable(work / samples[peer]) : "", compared ? Figures.Number(samples[peer] / samples[own]) : "");
    }

    private static void Agree(string what, double own, double peer)
    {
        if (!(Math.Abs(own / peer - 1) < 1e-6))
            throw new BenchmarkException(string.Create(CultureInfo.InvariantCulture, $"The two do not compute the same: {what} gives {own:g10} here and {peer:g10} in C."));
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
