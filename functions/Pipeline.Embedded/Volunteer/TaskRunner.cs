using System.Security.Cryptography;
using Pipeline.Grid.Applications;

namespace Pipeline.Embedded.Volunteer;

/// <summary>Computes a task: step by step, with the rest between steps that the processor's share asks for, saved from time to time and
/// whenever it is stopped.</summary>
internal sealed class TaskRunner(VolunteerSettings settings, PauseSwitch pause)
{
    private readonly TimeProvider _time = settings.Time;

    /// <summary>Computes to the end, which the task then keeps.</summary>
    /// <exception cref="OperationCanceledException">It was stopped, and saved.</exception>
    public async Task RunAsync(HeldTask task, IGridApplication application, UnitPayload payload, CancellationToken cancellationToken)
    {
        var run = new Run(task);
        try
        {
            using var computation = Open(run, application, payload);
            await RunAsync(run, computation, cancellationToken);
            var result = computation.Result();
            var outcome = result.Length <= task.Assignment.MaxResultBytes && result.Length > 0
                ? new TaskOutcome(true, null, run.CpuSeconds, run.ElapsedSeconds, Convert.ToHexStringLower(SHA256.HashData(result.Span)), result.Length)
                : TaskOutcome.Failed($"The result has {result.Length} bytes; it may have 1 to {task.Assignment.MaxResultBytes}.", run.CpuSeconds, run.ElapsedSeconds);
            task.End(outcome, result);
            task.FractionDone = 1;
        }
        catch (Exception e) when (e is not (OperationCanceledException or IOException or UnauthorizedAccessException))
        {
            // Whatever an application trips over concerns this task alone.
            task.End(TaskOutcome.Failed($"{e.GetType().Name}: {e.Message}", run.CpuSeconds, run.ElapsedSeconds), default);
        }
    }

    private static IGridComputation Open(Run run, IGridApplication application, UnitPayload payload)
    {
        if (Checkpoint.TryLoad(run.Task.CheckpointPath) is { } saved)
        {
            try
            {
                var continued = application.Open(payload, saved.State);
                (run.CpuSeconds, run.ElapsedSeconds) = (saved.CpuSeconds, saved.ElapsedSeconds);
                return continued;
            }
            catch (InvalidDataException)
            {
                // Of another version of the client, say: from the beginning, then.
                File.Delete(run.Task.CheckpointPath);
            }
        }
        return application.Open(payload, default);
    }

    private async Task RunAsync(Run run, IGridComputation computation, CancellationToken cancellationToken)
    {
        var savedAt = _time.GetTimestamp();
        run.Task.FractionDone = computation.FractionDone;
        try
        {
            while (true)
            {
                await pause.WaitAsync(cancellationToken);
                var began = _time.GetTimestamp();
                var done = await Task.Run(() => computation.Step(cancellationToken), CancellationToken.None);
                var worked = _time.GetElapsedTime(began);
                run.Add(worked, worked);
                run.Task.FractionDone = computation.FractionDone;
                if (done)
                    return;
                cancellationToken.ThrowIfCancellationRequested();
                if (_time.GetElapsedTime(savedAt) >= settings.CheckpointEvery || pause.IsPaused)
                {
                    Save(run, computation);
                    savedAt = _time.GetTimestamp();
                }
                if (settings.CpuShare < 1)
                {
                    var rest = worked * (1 / settings.CpuShare - 1);
                    await Task.Delay(rest, _time, cancellationToken);
                    run.Add(TimeSpan.Zero, rest);
                }
            }
        }
        catch (OperationCanceledException) when (!run.Task.Aborted.IsCancellationRequested)
        {
            Save(run, computation);
            throw;
        }
    }

    private static void Save(Run run, IGridComputation computation) =>
        new Checkpoint(run.CpuSeconds, run.ElapsedSeconds, computation.Checkpoint()).Save(run.Task.CheckpointPath);

    private sealed class Run(HeldTask task)
    {
        public HeldTask Task { get; } = task;

        public double CpuSeconds { get; set; }

        public double ElapsedSeconds { get; set; }

        public void Add(TimeSpan cpu, TimeSpan elapsed)
        {
            CpuSeconds += cpu.TotalSeconds;
            ElapsedSeconds += elapsed.TotalSeconds;
            Task.CpuSeconds = CpuSeconds;
        }
    }
}
