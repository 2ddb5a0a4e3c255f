using System.Globalization;
using System.Text.Json;
using Pipeline.Jobs;
using Pipeline.Simulation.Imaging;
using Pipeline.Simulation.Output;
using Pipeline.Simulation.Spec;
using Pipeline.Storage;

namespace Pipeline.Simulation.Running;

/// <summary>Makes of the hosts' outputs what people look at: fields, images, figures, and at the end the result.</summary>
internal sealed class Publisher(IObjectStore store, CheckpointStore checkpoints)
{
    public async Task<PublishReport> PublishAsync(SimulationSpec spec, PublishTask task, CancellationToken cancellationToken)
    {
        string? shown = null;
        foreach (var superstep in Outputs(spec, task))
            shown = await PublishAsync(spec, task, superstep, cancellationToken) ?? shown;
        if (task.Checkpoint > 0)
            await checkpoints.AnnounceAsync(task.JobId, new CheckpointStore.CheckpointNote(task.Run, spec.Program, task.Checkpoint, spec.InnerSteps), cancellationToken);
        await RemoveAsync(task, cancellationToken);
        return new PublishReport(shown, task.Done ? await FinishAsync(spec, task, cancellationToken) : null);
    }

    public async Task<string?> FindFrameAsync(string job, int number, CancellationToken cancellationToken)
    {
        if (await LastRun.FindAsync(store, job, cancellationToken) is not { } run)
            return null;
        var path = SimulationFiles.Frame(job, run, number);
        return await store.FindAsync(JobFiles.Results, path, cancellationToken) is null ? null : path;
    }

    private static IEnumerable<long> Outputs(SimulationSpec spec, PublishTask task)
    {
        if (task.From == task.Start)
            yield return task.Start;
        var every = spec.Outputs.Every;
        for (var superstep = (task.From / every + 1) * every; superstep <= task.To; superstep += every)
        {
            if (superstep < task.To || !task.Done)
                yield return superstep;
        }
        if (task.Done && task.To > task.Start)
            yield return task.To;
    }

    // The figures are written last, so where they are, all is done.
    private async Task<string?> PublishAsync(SimulationSpec spec, PublishTask task, long superstep, CancellationToken cancellationToken)
    {
        var figuresPath = SimulationFiles.Figures(task.JobId, task.Run, superstep);
        if (await store.TryReadAsync(figuresPath, cancellationToken) is { } json)
            return Shown(JsonSerializer.Deserialize<FigureRow>(json, Responses.Json)!);
        var parts = new List<Snapshot>();
        for (var host = 0; host < spec.Hosts; host++)
        {
            var path = SimulationFiles.Output(task.JobId, task.Run, superstep, host);
            parts.Add(await store.TryReadAsync(path, cancellationToken) is { } bytes && SnapshotFormat.Read(bytes) is { } part
                ? part
                : throw new InvalidDataException($"The output of superstep {superstep} from host {host} is missing or damaged (jobs/{path})."));
        }
        var snapshot = Snapshot.Join(parts);
        if (spec.Outputs.Fields)
            await WriteFieldsAsync(spec, task, snapshot, cancellationToken);
        if (spec.Outputs.Images && spec.Plan.Frame is { } style)
            await WriteFrameAsync(spec, task, snapshot, style, cancellationToken);
        var figures = Diagnostics.Combine([.. snapshot.Figures.Values]);
        var row = new FigureRow(superstep * spec.InnerSteps, snapshot.Time, [.. figures.Select(f => f.Key)], [.. figures.Select(f => f.Value)]);
        await store.WriteAsync(figuresPath, JsonSerializer.SerializeToUtf8Bytes(row, Responses.Json), cancellationToken);
        await store.RemoveAsync(SimulationFiles.Output(task.JobId, task.Run, superstep), null, cancellationToken);
        return Shown(row);
    }

    private static string? Shown(FigureRow row) => row.Names.Count == 0 ? null
        : string.Join(" · ", row.Names.Zip(row.Values).Take(4).Select(f => string.Create(CultureInfo.InvariantCulture, $"{f.First} {f.Second:g6}")));

    private async Task WriteFieldsAsync(SimulationSpec spec, PublishTask task, Snapshot snapshot, CancellationToken cancellationToken)
    {
        using var file = await FieldFile.WriteAsync(snapshot, snapshot.Superstep * spec.InnerSteps, spec.Plan, cancellationToken);
        await store.WriteAsync(JobFiles.Results, SimulationFiles.Field(task.JobId, task.Run, snapshot.Superstep), file, WriteCondition.None, cancellationToken);
    }

    private async Task WriteFrameAsync(SimulationSpec spec, PublishTask task, Snapshot snapshot, FrameStyle style, CancellationToken cancellationToken)
    {
        if (snapshot.Assemble<double>(style.Field) is not { } field)
            throw new InvalidDataException($"The program puts out no field '{style.Field}' to draw.");
        // All frames share the colours of the first, unless the program says better.
        var path = SimulationFiles.ColourRange(task.JobId, task.Run);
        if (await store.TryReadAsync(path, cancellationToken) is not { } json)
        {
            json = JsonSerializer.SerializeToUtf8Bytes(ColourRange.Of(field.Data, style), Responses.Json);
            await store.WriteAsync(path, json, cancellationToken);
        }
        var image = FramePainter.Paint(field.Data, field.Whole.Rows, field.Whole.Columns, style.Projection, JsonSerializer.Deserialize<ColourRange>(json, Responses.Json)!);
        var every = spec.Outputs.Every;
        var number = snapshot.Superstep == task.Start ? 0 : (snapshot.Superstep + every - 1) / every - task.Start / every;
        await store.WriteAsync(JobFiles.Results, SimulationFiles.Frame(task.JobId, task.Run, number), new MemoryStream(image), WriteCondition.None, cancellationToken);
    }

    private async Task RemoveAsync(PublishTask task, CancellationToken cancellationToken)
    {
        var (job, run) = (task.JobId, task.Run);
        // Those of earlier attempts too, which come before.
        await store.RemoveAsync(SimulationFiles.Messages(job, run), SimulationFiles.Messages(job, run, task.Attempt, task.Checkpoint), cancellationToken);
        // At the end the last checkpoint stays, for jobs that go on from it. Until then so does the one that the run started from, which
        // serves if two others should be damaged.
        await store.RemoveAsync(SimulationFiles.Checkpoints(job, run), SimulationFiles.Checkpoint(job, run, task.Done ? task.Checkpoint : task.Previous), cancellationToken,
            task.Done ? null : SimulationFiles.Checkpoint(job, run, task.Start));
    }

    private async Task<JobOutput> FinishAsync(SimulationSpec spec, PublishTask task, CancellationToken cancellationToken)
    {
        var (job, run) = (task.JobId, task.Run);
        var rows = new List<FigureRow>();
        await foreach (var blob in store.ListAsync(JobFiles.Container, SimulationFiles.Figures(job, run), cancellationToken))
            rows.Add(JsonSerializer.Deserialize<FigureRow>((await store.TryReadAsync(blob.Path, cancellationToken))!, Responses.Json)!);
        using var file = await FigureFile.WriteAsync(rows, cancellationToken);
        var written = await store.WriteAsync(JobFiles.Results, SimulationFiles.Diagnostics(job, run), file, WriteCondition.None, cancellationToken);
        var artifacts = new List<string>();
        if (spec.Outputs.Images)
        {
            using var animation = await Animation.WriteAsync(store, SimulationFiles.Frames(job, run), cancellationToken);
            await store.WriteAsync(JobFiles.Results, SimulationFiles.Animation(job, run), animation, WriteCondition.None, cancellationToken);
            artifacts.Add($"{JobFiles.Results}/{SimulationFiles.Animation(job, run)}");
            artifacts.Add($"{JobFiles.Results}/{SimulationFiles.Frames(job, run)}");
        }
        if (spec.Outputs.Fields)
            artifacts.Add($"{JobFiles.Results}/{SimulationFiles.Field(job, run, task.To)}");
        // Tried again after a failure, this must find the figures: they and the last checkpoint stay.
        foreach (var folder in new[] { SimulationFiles.Outputs(job, run), SimulationFiles.Messages(job, run), SimulationFiles.Stopped(job, run) })
            await store.RemoveAsync(folder, null, cancellationToken);
        var names = rows.Count == 0 ? [] : rows[0].Names;
        return new JobOutput([new("step", "BIGINT"), new("time", "DOUBLE"), .. names.Select(n => new ResultColumn(n, "DOUBLE"))],
            JobFiles.Results, [written.Path], 1, rows.Count, written.Length, new Dictionary<string, long>(), artifacts.Count == 0 ? null : artifacts);
    }
}
