using Microsoft.DurableTask;
using Moq;
using Pipeline.Streams;

namespace Pipeline.Tests.Streams.Sinks;

/// <summary>The orchestration of a compaction against a mocked context: what it calls, in which order, and how it gives up.</summary>
public sealed class CompactionOrchestratorTests
{
    private static readonly DateTime s_now = new(2026, 1, 31, 12, 0, 0, DateTimeKind.Utc);

    private readonly Mock<TaskOrchestrationContext> _context = new();
    private readonly List<string> _calls = [];
    private bool _switches = true;
    private int _unsound = -1;

    [Fact]
    public async Task Run_AFewFiles_WritesSwitchesWaitsAndFinishes()
    {
        Begin(new CompactionStart("abc", 6, TimeSpan.FromHours(1), null));

        Assert.Equal(6, await CompactionOrchestrator.RunAsync(_context.Object, "bars"));
        Assert.Equal(["BeginCompaction", .. Enumerable.Range(0, 6).Select(i => $"WriteCompacted {i}"), "SwitchCompaction", "wait until 13:00", "FinishCompaction"], _calls);
    }

    [Fact]
    public async Task Run_NothingToDo_DoesNothing()
    {
        Begin(new CompactionStart(null, 0, TimeSpan.FromHours(1), null));

        Assert.Equal(0, await CompactionOrchestrator.RunAsync(_context.Object, "bars"));
        Assert.Equal(["BeginCompaction"], _calls);
    }

    [Fact]
    public async Task Run_OneThatADeadHostHasSwitched_WaitsWhatIsLeftAndFinishes()
    {
        Begin(new CompactionStart("abc", 0, TimeSpan.FromHours(1), new DateTimeOffset(s_now.AddMinutes(-40))));

        await CompactionOrchestrator.RunAsync(_context.Object, "bars");
        Assert.Equal(["BeginCompaction", "wait until 12:20", "FinishCompaction"], _calls);
    }

    [Fact]
    public async Task Run_AFileThatWasWrittenAgain_IsGivenUpWithoutMore()
    {
        Begin(new CompactionStart("abc", 100, TimeSpan.FromHours(1), null));
        _unsound = 5;

        Assert.Equal(0, await CompactionOrchestrator.RunAsync(_context.Object, "bars"));
        Assert.Equal("AbandonCompaction", _calls[^1]);
        Assert.DoesNotContain("SwitchCompaction", _calls);
        Assert.True(_calls.Count < 15, $"{_calls.Count} calls");
    }

    [Fact]
    public async Task Run_AReplayThatCameInBetween_IsGivenUp()
    {
        Begin(new CompactionStart("abc", 2, TimeSpan.FromHours(1), null));
        _switches = false;

        Assert.Equal(0, await CompactionOrchestrator.RunAsync(_context.Object, "bars"));
        Assert.Equal(["SwitchCompaction", "AbandonCompaction"], _calls[^2..]);
    }

    private void Begin(CompactionStart start)
    {
        _context.Setup(c => c.NewGuid()).Returns(Guid.Empty);
        _context.Setup(c => c.CurrentUtcDateTime).Returns(s_now);
        _context.Setup(c => c.CreateTimer(It.IsAny<DateTime>(), It.IsAny<CancellationToken>()))
            .Returns((DateTime at, CancellationToken _) => Note($"wait until {at:HH:mm}"));
        _context.Setup(c => c.CallActivityAsync<CompactionStart>(It.IsAny<TaskName>(), It.IsAny<object>(), It.IsAny<TaskOptions>()))
            .Returns((TaskName name, object _, TaskOptions _) => Note(name.Name, start));
        _context.Setup(c => c.CallActivityAsync<bool>(It.IsAny<TaskName>(), It.IsAny<object>(), It.IsAny<TaskOptions>()))
            .Returns((TaskName name, object input, TaskOptions _) => name.Name == "SwitchCompaction"
                ? Note(name.Name, _switches)
                : Note($"{name.Name} {((CompactionStep)input).File}", ((CompactionStep)input).File != _unsound));
        _context.Setup(c => c.CallActivityAsync(It.IsAny<TaskName>(), It.IsAny<object>(), It.IsAny<TaskOptions>()))
            .Returns((TaskName name, object _, TaskOptions _) => Note(name.Name));
    }

    private Task Note(string call)
    {
        _calls.Add(call);
        return Task.CompletedTask;
    }

    private Task<T> Note<T>(string call, T result)
    {
        _calls.Add(call);
        return Task.FromResult(result);
    }
}
