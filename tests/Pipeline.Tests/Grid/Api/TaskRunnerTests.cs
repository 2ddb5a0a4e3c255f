using Microsoft.Extensions.Time.Testing;
using Pipeline.Embedded.Volunteer;
using Pipeline.Grid.Applications;
using Pipeline.Grid.Scheduling;
using Pipeline.Grid.Wire;
using Pipeline.Tests.Storage;

namespace Pipeline.Tests.Grid.Api;

/// <summary>How a task is computed: at its share of the processor, within its bounds, and never taking the client down with it.</summary>
public sealed class TaskRunnerTests : IDisposable
{
    private static readonly byte[] s_input = [1, 2, 3, 4];

    private readonly TemporaryFolder _folder = new();
    private readonly FakeTimeProvider _time = new();
    private readonly SumApplication _sum = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task CpuShare_OfAQuarter_RestsThreeTimesAsLongAsItWorks()
    {
        var began = new List<DateTimeOffset>();
        _sum.OnStep = () =>
        {
            began.Add(_time.GetUtcNow());
            _time.Advance(TimeSpan.FromSeconds(1));
        };
        using var task = NewTask();
        var running = new TaskRunner(Settings with { CpuShare = 0.25 }, new PauseSwitch()).RunAsync(task, _sum, new UnitPayload("u1", s_input, new Dictionary<string, string>()), CancellationToken.None);
        while (!running.IsCompleted)
        {
            _time.Advance(TimeSpan.FromSeconds(0.1));
            await Task.Yield();
        }
        await running;

        Assert.Equal(4, began.Count);
        Assert.All(began.Zip(began.Skip(1)), pair => Assert.True(pair.Second - pair.First >= TimeSpan.FromSeconds(4), $"{pair.Second - pair.First}"));
        Assert.True(task.Outcome!.Success);
        Assert.True(task.Outcome.CpuSeconds >= 4);
    }

    [Fact]
    public async Task Run_ApplicationThatThrows_EndsTheTaskWithItsWords()
    {
        _sum.OnStep = () => throw new InvalidOperationException("out of luck");
        using var task = NewTask();
        await new TaskRunner(Settings, new PauseSwitch()).RunAsync(task, _sum, new UnitPayload("u1", s_input, new Dictionary<string, string>()), CancellationToken.None);
        Assert.False(task.Outcome!.Success);
        Assert.Contains("out of luck", task.Outcome.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_ResultBeyondItsBound_IsAFailure()
    {
        using var task = NewTask(maxResultBytes: 1);
        await new TaskRunner(Settings, new PauseSwitch()).RunAsync(task, _sum, new UnitPayload("u1", s_input, new Dictionary<string, string>()), CancellationToken.None);
        Assert.False(task.Outcome!.Success);
        Assert.Contains("2 bytes", task.Outcome.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(task.ResultPath));
    }

    [Fact]
    public async Task Run_Stopped_SavesBeforeItEnds()
    {
        using var stop = new CancellationTokenSource();
        _sum.OnStep = () => stop.Cancel();
        using var task = NewTask();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => new TaskRunner(Settings, new PauseSwitch()).RunAsync(task, _sum, new UnitPayload("u1", s_input, new Dictionary<string, string>()), stop.Token));
        Assert.NotNull(Checkpoint.TryLoad(task.CheckpointPath));
        Assert.Null(task.Outcome);
    }

    [Fact]
    public void Checkpoint_AnyByteChanged_IsNotTaken()
    {
        var path = _folder["checkpoint"];
        new Checkpoint(1.5, 2.5, new byte[] { 7, 8, 9 }).Save(path);
        var sound = File.ReadAllBytes(path);
        var loaded = Checkpoint.TryLoad(path)!;
        Assert.Equal((1.5, 2.5), (loaded.CpuSeconds, loaded.ElapsedSeconds));
        Assert.Equal([7, 8, 9], loaded.State.ToArray());
        for (var i = 0; i < sound.Length; i++)
        {
            var damaged = sound.ToArray();
            damaged[i] ^= 0x10;
            File.WriteAllBytes(path, damaged);
            Assert.Null(Checkpoint.TryLoad(path));
            File.WriteAllBytes(path, sound[..i]);
            Assert.Null(Checkpoint.TryLoad(path));
        }
    }

    private VolunteerSettings Settings => new(new Uri("http://localhost"), _folder.Path) { Time = _time };

    private HeldTask NewTask(long maxResultBytes = 100)
    {
        var folder = _folder["task"];
        Directory.CreateDirectory(folder);
        return new HeldTask(folder, new SignedAssignment(
            new Assignment("r1", "j1", "u1", new ApplicationVersion("sum", 1), "inputs/j1/u1", new string('a', 64), [], DateTimeOffset.MaxValue, 1, 1, 1, maxResultBytes), ""));
    }
}
