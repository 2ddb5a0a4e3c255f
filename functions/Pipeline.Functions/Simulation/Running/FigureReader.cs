using System.Globalization;
using System.Text.Json;
using Pipeline.Jobs;
using Pipeline.Simulation.Output;
using Pipeline.Storage;

namespace Pipeline.Simulation.Running;

/// <summary>Reads what simulations have put out, also while they run.</summary>
internal sealed class FigureReader(IObjectStore store)
{
    // Who wants more asks again, from the last one on.
    private const int Most = 1_000;

    /// <summary>The outputs of a job's last run that came after a superstep.</summary>
    public async Task<SimulationFigures> ReadAsync(string job, long after, CancellationToken cancellationToken)
    {
        if (await LastRun.FindAsync(store, job, cancellationToken) is not { } run)
            return new SimulationFigures(job, [], [], 0);
        var (names, points) = ((IReadOnlyList<string>)[], new List<SimulationPoint>());
        await foreach (var blob in store.ListAsync(JobFiles.Container, SimulationFiles.Figures(job, run), cancellationToken))
        {
            var superstep = long.Parse(Path.GetFileNameWithoutExtension(blob.Path), NumberStyles.None, CultureInfo.InvariantCulture);
            if (superstep <= after)
                continue;
            if (points.Count == Most)
                break;
            if (await store.TryReadAsync(blob.Path, cancellationToken) is not { } json)
                continue; // The job was cancelled meanwhile.
            var row = JsonSerializer.Deserialize<FigureRow>(json, Responses.Json)!;
            names = row.Names;
            points.Add(new SimulationPoint(superstep, row.Step, row.Time, row.Values));
        }
        var frames = 0;
        await foreach (var _ in store.ListAsync(JobFiles.Results, SimulationFiles.Frames(job, run), cancellationToken))
            frames++;
        return new SimulationFigures(job, names, points, frames);
    }
}
