using Pipeline.Benchmarks.Measuring;
using static Pipeline.Benchmarks.Measuring.PublishedFigure;

namespace Pipeline.Benchmarks.Simulation;

/// <summary>What to expect of shallow water on Azure, from what a cell costs here and published figures, at their good and their bad end.
/// In a superstep each host writes a blob for each host that has neighbours of its ranks and reads those for it, all side by side: one write
/// and one read after the other, the bytes of the halo, and no faster than the account answers all of these requests. Deep halos share that
/// among inner steps.</summary>
internal static class AzureModel
{
    private const int InnerSteps = 8;
    private const int Reach = 3;

    // Ranks have eight neighbours; those of several ranks in a row lie on few hosts more.
    private const int Neighbours = 8;
    private const double StrongCells = 8192.0 * 4096;

    public static void Write(TextWriter output, double cellsPerSecond, int rows, int columns)
    {
        output.WriteLine($"A model of Azure, calculated from {cellsPerSecond / 1e6:0.#} million cell updates/s measured on one core, a rank a core; a superstep has {InnerSteps} inner steps.");
        output.WriteLine();
        (string Name, double RequestMs, double RequestsPerSecond, double GigabitsIn)[] ends =
        [
            ("premium, at best", PremiumRequest.Low, AccountRequestsPerSecond.Low, AccountGigabitsIn.Low),
            ("premium, at worst", PremiumRequest.High, AccountRequestsPerSecond.High, AccountGigabitsIn.High),
            ("standard, at best", StandardRequestAtBest.Low, AccountRequestsPerSecond.Low, AccountGigabitsIn.Low),
            ("standard, at worst", StandardRequestAtWorst.High, AccountRequestsPerSecond.High, AccountGigabitsIn.High),
        ];
        var table = new MarkdownTable("ranks on hosts", "account", "strong: 8192 × 4096, speed-up", "efficiency", $"weak: {columns} × {rows} a rank, efficiency", "bound by");
        foreach (var (ranks, perHost) in new[] { (16, 1), (64, 1), (64, 2), (256, 1), (256, 2), (256, 8) })
        {
            foreach (var end in ends)
            {
                var exchange = new Exchange(ranks / perHost, end.RequestMs, end.RequestsPerSecond, end.GigabitsIn);
                var strong = Compute(StrongCells, 1, cellsPerSecond) / exchange.Superstep(StrongCells / ranks, ranks, cellsPerSecond);
                var cells = (double)rows * columns;
                var weak = Compute(cells, 1, cellsPerSecond) / exchange.Superstep(cells, ranks, cellsPerSecond);
                table.Row($"{ranks} on {ranks / perHost}", end.Name, Figures.Number(strong), $"{100 * strong / ranks:0} %", $"{100 * weak:0} %", exchange.Bound(StrongCells / ranks, ranks, cellsPerSecond));
            }
        }

        table.WriteTo(output);
        output.WriteLine();
        PublishedFigure.Write(output, PremiumRequest, StandardRequestAtBest, StandardRequestAtWorst, BlobBytesPerSecond, AccountRequestsPerSecond, AccountGigabitsIn);
        output.WriteLine();
        output.WriteLine("Premium accounts publish no rate of requests: that of standard ones is taken. infra/ deploys standard accounts.");
    }

    // Ranks are as square as can be; on average half the halo is computed too.
    private static double Compute(double cells, int ranks, double cellsPerSecond) =>
        InnerSteps * (ranks == 1 ? cells : Math.Pow(Math.Sqrt(cells) + (Reach * InnerSteps), 2)) / cellsPerSecond;

    /// <summary>What the hosts exchange in a superstep.</summary>
    private readonly record struct Exchange(int Hosts, double RequestMs, double RequestsPerSecond, double GigabitsIn)
    {
        public double Superstep(double cells, int ranks, double cellsPerSecond) =>
            Math.Max(Compute(cells, ranks, cellsPerSecond) + Wait(cells, ranks), Math.Max(Requests, Flow(cells, ranks)));

        public string Bound(double cells, int ranks, double cellsPerSecond)
        {
            var (compute, wait) = (Compute(cells, ranks, cellsPerSecond), Wait(cells, ranks));
            var account = Math.Max(Requests, Flow(cells, ranks));
            return account > compute + wait ? (Requests > Flow(cells, ranks) ? "requests of the account" : "bytes of the account") : wait > compute ? "latency" : "computing";
        }

        private double Requests => 2.0 * Hosts * Math.Min(Hosts - 1, Neighbours) / RequestsPerSecond;

        private double Wait(double cells, int ranks) => (2 * RequestMs / 1000) + (Halo(cells) * ranks / Hosts / (BlobBytesPerSecond.High * 1024 * 1024));

        private double Flow(double cells, int ranks) => Halo(cells) * ranks / (GigabitsIn * 1e9 / 8);

        private static double Halo(double cells) => 3 * sizeof(double) * 4 * Math.Sqrt(cells) * Reach * InnerSteps;
    }
}
