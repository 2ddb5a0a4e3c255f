using System.Diagnostics;
using System.Globalization;
using Pipeline.Jobs;
using Pipeline.Simulation.Output;
using Pipeline.Simulation.Ranks;
using Pipeline.Simulation.Spec;
using Pipeline.Storage;

namespace Pipeline.Simulation.Running;

/// <summary>Computes legs. Doing one twice gives the same bits and the same blobs.</summary>
internal sealed class LegRunner(IObjectStore store, CheckpointStore checkpoints, WarmStates<RankGroup> warm, TimeProvider time)
{
    // A checkpoint of a host is one array of bytes.
    private const long MaxStateBytes = 2_000_000_000;

    /// <summary>Computes a leg on this host.</summary>
    public async Task<LegReport> RunAsync(SimulationSpec spec, LegTask leg, CancellationToken cancellationToken)
    {
        var watch = Stopwatch.StartNew();
        var computed = 0L;
        try
        {
            var group = warm.Take(leg.WarmKey);
            if (group is null || group.Superstep < leg.Checkpoint || group.Superstep > leg.To)
                group = await RebuildAsync(spec, leg, cancellationToken);
            var exchange = new BlobExchange(store, time, spec, leg, group);
            if (group.Superstep == leg.Start && !group.IsDone)
                await ShowAsync(spec, leg, group, cancellationToken);
            while (group.Superstep < leg.To && !group.IsDone)
            {
                cancellationToken.ThrowIfCancellationRequested();
                await exchange.ExchangeAsync(cancellationToken);
                group.Step();
                computed++;
                if (group.Superstep % spec.Outputs.Every == 0 && group.Superstep < leg.Last && !group.IsDone)
                    await ShowAsync(spec, leg, group, cancellationToken);
            }
            if (group.FindNonFinite() is not null)
                return await ExplainAsync(spec, leg, watch, cancellationToken);
            var done = group.IsDone || group.Superstep == leg.Last;
            if (leg.Save || done)
                await checkpoints.WriteAsync(leg.JobId, leg.Run, group.Superstep, leg.Host, spec.Hosts, group.Save(), cancellationToken);
            if (done)
            {
                await exchange.ExchangeAsync(cancellationToken);
                group.Finish();
                await ShowAsync(spec, leg, group, cancellationToken);
            }
            else
            {
                // Twice its state: programs have buffers of the same size besides.
                warm.Keep(leg.WarmKey, group, 2 * group.StateBytes);
            }
            return new LegReport(group.Superstep, done, group.Time, watch.Elapsed.TotalSeconds, computed);
        }
        catch (LostException e)
        {
            await StopAsync(leg, cancellationToken);
            return new LegReport(leg.From, false, 0, watch.Elapsed.TotalSeconds, computed, e.Message, e.IsCheckpoint);
        }
        catch (SimulationException e)
        {
            return await FailAsync(leg, watch, computed, e.Message, null, cancellationToken);
        }
    }

    private async Task<RankGroup> RebuildAsync(SimulationSpec spec, LegTask leg, CancellationToken cancellationToken)
    {
        var (first, count) = spec.RanksOf(leg.Host);
        var group = new RankGroup(spec.Plan.Create, spec.Ranks, first, count);
        if (group.StateBytes > MaxStateBytes)
            throw new SimulationException($"The {count} ranks of host {leg.Host} have {ByteSize.Format(group.StateBytes)} of state; {ByteSize.Format(MaxStateBytes)} go into its checkpoint. Take more hosts, or a coarser grid.");
        if (leg.Checkpoint > 0)
            group.Restore(await checkpoints.ReadAsync(leg.JobId, leg.Run, leg.Checkpoint, cancellationToken));
        group.Begin();
        return group;
    }

    private Task ShowAsync(SimulationSpec spec, LegTask leg, RankGroup group, CancellationToken cancellationToken) => store.WriteAsync(
        SimulationFiles.Output(leg.JobId, leg.Run, group.Superstep, leg.Host), SnapshotFormat.Write(group.Show(spec.Outputs.Fields || spec.Outputs.Images)), cancellationToken);

    // Looking at every value after every superstep would cost as much as some programs' computing. So one looks at a leg's end, and
    // only if something is wrong the supersteps since the checkpoint are computed once more to find the first.
    private async Task<LegReport> ExplainAsync(SimulationSpec spec, LegTask leg, Stopwatch watch, CancellationToken cancellationToken)
    {
        var group = await RebuildAsync(spec, leg, cancellationToken);
        var exchange = new BlobExchange(store, time, spec, leg, group);
        string? where;
        while ((where = group.FindNonFinite()) is null)
        {
            await exchange.ExchangeAsync(cancellationToken);
            group.Step();
        }
        var step = group.Superstep * spec.InnerSteps;
        return await FailAsync(leg, watch, 0, string.Create(CultureInfo.InvariantCulture, $"After step {step} (superstep {group.Superstep}, time {group.Time:g6}) {where}: the computation is no longer finite."),
            "Take a smaller time step or smoother initial values; the outputs up to there are in the result's folder.", cancellationToken);
    }

    private async Task<LegReport> FailAsync(LegTask leg, Stopwatch watch, long computed, string message, string? advice, CancellationToken cancellationToken)
    {
        await StopAsync(leg, cancellationToken);
        return new LegReport(leg.From, false, 0, watch.Elapsed.TotalSeconds, computed, Error: new JobError(message, $"host {leg.Host}", Advice: advice));
    }

    private Task StopAsync(LegTask leg, CancellationToken cancellationToken) =>
        store.WriteAsync(SimulationFiles.Stopped(leg.JobId, leg.Run, leg.Attempt), [1], cancellationToken);
}
