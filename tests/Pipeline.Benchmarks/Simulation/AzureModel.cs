using Pipeline.Benchmarks.Measuring;

namespace Pipeline.Benchmarks.Simulation;

/// <summary>What to expect of shallow water on Azure, one rank a host: computing shared out, plus an exchange through blobs a superstep.
/// A superstep costs a write and a read, one after the other, and the bytes of the halo; deep halos share that among inner steps.</summary>
internal static class AzureModel
{
    // What Microsoft publishes: single-digit milliseconds for small objects in premium block blobs, tens of them in standard accounts;
    // and 60 MiB/s for one blob.
    private static readonly (string Account, double WriteMs, double ReadMs)[] s_accounts = [("premium", 6, 4), ("standard", 30, 15)];
    private const double BytesPerSecond = 60 * 1024 * 1024;
    private const int InnerSteps = 8;
    private const int Reach = 3;

    public static void Write(TextWriter output, double cellsPerSecond, int rows, int columns)
    {
        output.WriteLine($"A model of Azure, from {cellsPerSecond / 1e6:0.#} million cell updates/s measured on one core: a superstep of {InnerSteps} inner steps costs its computing (halo too), a blob write and a read, and the halo at 60 MiB/s.");
        output.WriteLine();
        var table = new MarkdownTable("ranks", "account", "strong: 8192 × 4096, speed-up", "efficiency", $"weak: {columns} × {rows} a rank, efficiency");
        foreach (var ranks in new[] { 16, 64, 256 })
        {
            foreach (var (account, write, read) in s_accounts)
            {
                var latency = (write + read) / 1000;
                var strong = Superstep(8192.0 * 4096, 1, cellsPerSecond, 0) / Superstep(8192.0 * 4096 / ranks, ranks, cellsPerSecond, latency);
                var weak = Superstep((double)rows * columns, 1, cellsPerSecond, 0) / Superstep((double)rows * columns, ranks, cellsPerSecond, latency);
                table.Row(Figures.Whole(ranks), account, Figures.Number(strong), $"{100 * strong / ranks:0} %", $"{100 * weak:0} %");
            }
        }
        table.WriteTo(output);
    }

    // Cells of one rank, as square as can be.
    private static double Superstep(double cells, int ranks, double cellsPerSecond, double latency)
    {
        var side = Math.Sqrt(cells);
        if (ranks == 1)
            return InnerSteps * cells / cellsPerSecond;
        // On average half the halo is computed too.
        var widened = side + Reach * InnerSteps;
        var halo = 3 * sizeof(double) * 4 * side * Reach * InnerSteps;
        return InnerSteps * widened * widened / cellsPerSecond + latency + halo / BytesPerSecond;
    }
}
