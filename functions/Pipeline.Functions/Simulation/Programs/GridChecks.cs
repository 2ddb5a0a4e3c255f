using Pipeline.Simulation.Ranks;

namespace Pipeline.Simulation.Programs;

/// <summary>Whether a grid can be shared out among ranks.</summary>
internal static class GridChecks
{
    /// <summary>Tells the spec's reader where a rank's part would be smaller than the border that its neighbours want of it. Grids that
    /// ranks do not divide evenly are fine: parts then differ by a row or a column.</summary>
    public static void Check(RunShape run, int rows, int columns, int halo, bool periodicRows)
    {
        if (Fits(run.Ranks, rows, columns, halo, periodicRows))
            return;
        var most = run.Ranks;
        while (most > 1 && !Fits(most, rows, columns, halo, periodicRows))
            most--;
        run.Root.Fault(most == 1 && halo > Math.Min(rows, columns) ? "innerSteps" : "ranks",
            $"{run.Ranks} ranks share {rows} × {columns} cells so that some get fewer than {halo} rows or columns, which is how deep their neighbours look for {run.InnerSteps} inner steps. Take {most} ranks or fewer, a finer grid, or fewer inner steps.");
    }

    private static bool Fits(int ranks, int rows, int columns, int halo, bool periodicRows)
    {
        var topology = CartesianTopology.Balanced(ranks, rows, columns, periodicRows, true);
        return rows / topology.Rows >= halo && columns / topology.Columns >= halo;
    }
}
