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
        var outputs = new List<(string Run, long Superstep, ObjectInfo Blob)>();
        await foreach (var blob in store.ListAsync(JobFiles.Container, $"{job}/", cancellationToken))
        {
            if (blob.Path.Split('/') is [_, var run, "figures", var name] && long.TryParse(Path.GetFileNameWithoutExtension(name), NumberStyles.None, CultureInfo.InvariantCulture, out var superstep))
                outputs.Add((run, superstep, blob));
        }
        if (outputs.Count == 0)
            return new SimulationFigures(job, [], [], 0);
        var last = outputs.MaxBy(o => o.Blob.LastModified).Run;
        var (names, points) = ((IReadOnlyList<string>)[], new List<SimulationPoint>());
        foreach (var (_, superstep, blob) in outputs.Where(o => o.Run == last && o.Superstep > after).OrderBy(o => o.Superstep).Take(Most))
        {
            if (await store.TryReadAsync(blob.Path, cancellationToken) is not { } json)
                continue; // The job was cancelled meanwhile.
            var row = JsonSerializer.Deserialize<FigureRow>(json, Responses.Json)!;
            names = row.Names;
            points.Add(new SimulationPoint(superstep, row.Step, row.Time, row.Values));
        }
        var frames = 0;
        await foreach (var _ in store.ListAsync(JobFiles.Results, SimulationFiles.Frames(job, last), cancellationToken))
            frames++;
        return new SimulationFigures(job, names, points, frames);
    }
}
