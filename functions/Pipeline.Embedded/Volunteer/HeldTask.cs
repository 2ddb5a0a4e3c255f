using System.Text.Json;
using Pipeline.Grid.Scheduling;
using Pipeline.Grid.Wire;

namespace Pipeline.Embedded.Volunteer;

/// <summary>A task that this client has, with its folder: the signed assignment, the input, the checkpoint, and in the end the result.</summary>
internal sealed class HeldTask : IDisposable
{
    private readonly CancellationTokenSource _abort = new();
    private long _fractionDone;
    private long _cpuSeconds;

    public HeldTask(string folder, SignedAssignment signed)
    {
        Folder = folder;
        Signed = signed;
        Outcome = AtomicFile.TryRead(OutcomePath) is { } bytes ? JsonSerializer.Deserialize<TaskOutcome>(bytes) : null;
        if (Outcome is { Success: true } && !File.Exists(ResultPath))
            Outcome = null;
    }

    public string Folder { get; }

    public SignedAssignment Signed { get; }

    public Assignment Assignment => Signed.Assignment;

    public string Id => Assignment.ResultId;

    public string InputPath => Path.Combine(Folder, "input");

    public string CheckpointPath => Path.Combine(Folder, "checkpoint");

    public string ResultPath => Path.Combine(Folder, "result");

    /// <summary>How it ended; null while it has not.</summary>
    public TaskOutcome? Outcome { get; private set; }

    public TaskStage Stage { get; set; }

    public double FractionDone
    {
        get => BitConverter.Int64BitsToDouble(Interlocked.Read(ref _fractionDone));
        set => Interlocked.Exchange(ref _fractionDone, BitConverter.DoubleToInt64Bits(double.IsNaN(value) ? 0 : Math.Clamp(value, 0, 1)));
    }

    public double CpuSeconds
    {
        get => BitConverter.Int64BitsToDouble(Interlocked.Read(ref _cpuSeconds));
        set => Interlocked.Exchange(ref _cpuSeconds, BitConverter.DoubleToInt64Bits(value));
    }

    /// <summary>Cancelled when the server has no use for the task any more.</summary>
    public CancellationToken Aborted => _abort.Token;

    private string OutcomePath => Path.Combine(Folder, "outcome.json");

    public void Abort() => _abort.Cancel();

    /// <summary>Keeps how it ended; a result goes to the disk before the word that there is one.</summary>
    public void End(TaskOutcome outcome, ReadOnlyMemory<byte> result)
    {
        if (outcome.Success)
            AtomicFile.Write(ResultPath, result.Span);
        AtomicFile.Write(OutcomePath, JsonSerializer.SerializeToUtf8Bytes(outcome));
        Outcome = outcome;
    }

    public void Dispose() => _abort.Dispose();
}
