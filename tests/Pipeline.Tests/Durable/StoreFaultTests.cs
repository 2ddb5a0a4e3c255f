using Microsoft.DurableTask.Entities;
using Microsoft.Extensions.Logging;
using Pipeline.Embedded.Durable;

namespace Pipeline.Tests.Durable;

public sealed class StoreFaultTests : DurableTest
{
    [Fact]
    public async Task FullDisk_WorkWaitsAndGoesOnWhenThereIsSpace()
    {
        var disk = new FullDisk();
        Functions.Orchestrator("Fan", async context => (await Task.WhenAll(
            Enumerable.Range(0, 50).Select(_ => context.CallActivityAsync<string>("Echo", new string('x', 10_000))))).Sum(text => text.Length));
        Hub.Services.Writer.Enqueue(disk);
        var starting = StartAsync("Fan");
        await disk.Stalled.Task;
        Assert.False(starting.IsCompleted);
        Assert.False(Hub.Services.Writer.Writable.IsCompleted);
        disk.MakeSpace();

        Assert.Equal(500_000, Result<int>(await EndAsync(await starting)));
        Assert.Single(Log.Lines, line => line.Level == LogLevel.Error);
        Assert.Contains(Log.Lines, line => line.Text.Contains("Work waits, nothing is lost", StringComparison.Ordinal));
        Assert.Contains(Log.Lines, line => line.Text.Contains("can write to its disk again", StringComparison.Ordinal));
        Assert.Equal(50, Functions.Runs["Echo"]);
    }

    [Fact]
    public async Task CommitThatCannotBeWritten_HoldsUpNobodyElse()
    {
        Functions.Orchestrator("Any", _ => Task.FromResult(1));
        var poison = new Poison();
        Hub.Services.Writer.Enqueue(poison);
        var id = await StartAsync("Any");

        Assert.Equal(1, Result<int>(await EndAsync(id)));
        await Assert.ThrowsAsync<InvalidOperationException>(() => poison.Task);
    }

    // What comes after a turn that was not written must not be written either, or the history would not fit any more.
    [Theory]
    [InlineData("history WHEN NEW.kind = 20", 2)]
    [InlineData("history WHEN NEW.kind = 2 AND NEW.data = '2'", 1)]
    [InlineData("entities", 1)]
    public async Task TurnOrOutcomeThatCannotBeWritten_IsTriedAgain(string what, int atMost)
    {
        var total = new EntityInstanceId("total", "all");
        Functions.Entity("Total", dispatcher => dispatcher.DispatchAsync(operation =>
        {
            operation.State.SetState(operation.State.GetState<int>() + 1);
            return new ValueTask<object?>(operation.State.GetState<int>());
        }));
        Functions.Orchestrator("Steps", async context =>
        {
            await context.WaitForExternalEvent<int>("go");
            var value = await context.CallActivityAsync<int>("Increment", 1);
            context.SetCustomStatus("incremented");
            value = (value * 10) + await context.Entities.CallEntityAsync<int>(total, "count");
            await context.WaitForExternalEvent<int>("end");
            return value;
        });
        var id = await StartAsync("Steps");
        await SettleAsync();
        await ExecuteAsync($"CREATE TEMP TRIGGER broken BEFORE INSERT ON {what} BEGIN SELECT RAISE(ABORT, 'broken'); END");
        await Client.RaiseEventAsync(id, "go", 1, Limit);
        while (!Log.Lines.Any(line => line.Text.Contains("could not be written", StringComparison.Ordinal)))
            await Task.Yield();
        await ExecuteAsync("DROP TRIGGER broken");
        Time.Advance(TimeSpan.FromSeconds(1));
        await SettleAsync();
        await CrashAsync();
        await Client.RaiseEventAsync(id, "end", 1, Limit);

        Assert.Equal(21, Result<int>(await EndAsync(id)));
        Assert.InRange(Functions.Runs["Increment"], 1, atMost);
        Task ExecuteAsync(string sql) => Hub.Services.Writer.EnqueueAsync(new Script(sql), Limit);
    }

    private sealed class Script(string sql) : Request<bool>
    {
        public override void Apply(WriteSession session) => StoreDatabase.Run(session.Connection, sql);

        protected override bool Accepted() => true;
    }

    /// <summary>Lets the database refuse to grow, until there is space.</summary>
    private sealed class FullDisk : Commit
    {
        private volatile bool hasSpace;
        private int attempts;

        public TaskCompletionSource Stalled { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void MakeSpace() => hasSpace = true;

        public override void Apply(WriteSession session)
        {
            StoreDatabase.Run(session.Connection, $"PRAGMA max_page_count = {(hasSpace ? 1_000_000 : 1)}");
            if (hasSpace)
                return;
            if (++attempts == 2)
                Stalled.SetResult();
            StoreDatabase.Run(session.Connection, "INSERT INTO payloads (key, input) VALUES (-1, randomblob(1000000))");
        }

        public override void Committed()
        {
        }
    }

    private sealed class Poison : Request<bool>
    {
        public override void Apply(WriteSession session) => throw new InvalidOperationException("a bug");

        protected override bool Accepted() => true;
    }
}
