using System.Diagnostics;
using Pipeline.Benchmarks.Measuring;
using Pipeline.Grid.Applications.Alignment;

namespace Pipeline.Benchmarks.Grid;

/// <summary>The alignment kernels, in cells that they update in a second of the processor: reads of 100 bases with a genome of 48,502.</summary>
internal static class AlignmentMeasurements
{
    public const string Kernels = "grid-alignment";
    public const string Scalar = "scalar";

    private const int Reads = 64;
    private const int ReadLength = 100;
    private const int GenomeLength = 48_502;

    public static IReadOnlyDictionary<string, Measurement> All { get; } = new Dictionary<string, Measurement>
    {
        [Kernels] = (arguments, cancellationToken) => Task.Run(() => Measure(int.Parse(arguments[0], System.Globalization.CultureInfo.InvariantCulture), cancellationToken), cancellationToken),
    };

    /// <summary>The name of the figure of vectors of a width in bits.</summary>
    public static string Vectors(int width) => $"vectors{width}";

    private static IReadOnlyDictionary<string, double> Measure(int rounds, CancellationToken cancellationToken)
    {
        var scoring = Scoring.Dna(2, -3, 5, 2);
        var random = new Random(7);
        var genome = Enumerable.Range(0, GenomeLength).Select(_ => (byte)random.Next(4)).ToArray();
        var reads = Enumerable.Range(0, Reads).Select(_ => genome.AsSpan(random.Next(GenomeLength - ReadLength), ReadLength).ToArray()).ToArray();
        var samples = new Samples();
        int[]? expected = null;
        // Turn by turn, so that a busy machine is as busy for one as for the other.
        for (var round = 0; round < rounds; round++)
        {
            foreach (var width in new[] { 0, 128, 256, 512 }.Where(width => width <= LocalAligner.Width))
            {
                // As long as the processor's clock, which counts in hundredths of a second, needs to be exact.
                var repeats = width == 0 ? 1 : 8;
                var best = new int[Reads];
                var began = Process.GetCurrentProcess().TotalProcessorTime;
                for (var repeat = 0; repeat < repeats; repeat++)
                {
                    Array.Clear(best);
                    LocalAligner.Run(width, scoring, reads, genome, 0, best, new int[Reads], cancellationToken);
                }
                var seconds = (Process.GetCurrentProcess().TotalProcessorTime - began).TotalSeconds;
                if (!(expected ??= best).SequenceEqual(best))
                    throw new BenchmarkException($"Vectors of {width} bits find other scores than a scalar loop.");
                // The first round warms the code up.
                if (round > 0)
                    samples.Add(width == 0 ? Scalar : Vectors(width), (double)repeats * Reads * ReadLength * GenomeLength / seconds);
            }
        }
        return samples.Medians;
    }
}
