using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Time.Testing;
using Pipeline.Embedded.Durable;

namespace Pipeline.Tests.Durable;

/// <summary>
/// A task hub on a store of its own, with a clock that stands still until a test moves it. Every orchestration that ends is replayed
/// from its history and compared.
/// </summary>
public abstract class DurableTest : IAsyncLifetime, IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("durable-").FullName;
    private readonly CancellationTokenSource limit = new(TimeSpan.FromSeconds(60));

    private protected FakeTimeProvider Time { get; } = new(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));

    private protected DelegateFunctions Functions { get; set; } = new();

    private protected TestLog Log { get; } = new();

    private protected TaskHub Hub { get; private set; } = null!;

    private protected DurableTaskClient Client => Hub.Client;

    /// <summary>Ends every wait of a test that would otherwise wait for ever.</summary>
    private protected CancellationToken Limit => limit.Token;

    private protected string StorePath => Path.Combine(folder, "hub.db");

    private protected virtual TaskHubOptions Options => new() { Path = StorePath, TimeProvider = Time, VerifyReplay = true };

    public async Task InitializeAsync()
    {
        Functions.Activity<int, int>("Increment", x => x + 1);
        Functions.Activity<string, string>("Echo", text => text);
        Functions.Activity<string, int>("Fail", Throw);
        await OpenAsync();
    }

    public async Task DisposeAsync()
    {
        using var hurry = new CancellationTokenSource(TimeSpan.FromSeconds(5));
        await Hub.StopAsync(hurry.Token);
        Directory.Delete(folder, recursive: true);
    }

    public void Dispose()
    {
        limit.Dispose();
        Log.Dispose();
        GC.SuppressFinalize(this);
    }

    private static int Throw(string message) => throw new InvalidOperationException(message);

    private protected async Task OpenAsync(TaskHubOptions? options = null)
    {
        Hub = new TaskHub(options ?? Options, Functions, Log);
        await Hub.StartAsync(Limit);
    }

    /// <summary>Stops the hub in good order and starts it again.</summary>
    private protected async Task RestartAsync()
    {
        await Hub.StopAsync(Limit);
        await OpenAsync();
    }

    /// <summary>Stops the hub as the death of the process would, and starts it again.</summary>
    private protected async Task CrashAsync()
    {
        await Hub.AbandonAsync();
        await OpenAsync();
    }

    private protected Task<string> StartAsync(string name, object? input = null, string? id = null) =>
        Client.ScheduleNewOrchestrationInstanceAsync(name, input, new StartOrchestrationOptions(id), Limit);

    private protected Task<OrchestrationMetadata> EndAsync(string id) => Client.WaitForInstanceCompletionAsync(id, true, Limit);

    /// <summary>Runs an orchestration to its end.</summary>
    private protected async Task<OrchestrationMetadata> RunAsync(string name, object? input = null) =>
        await EndAsync(await StartAsync(name, input));

    /// <summary>Runs an orchestration that is to complete, and gives its result.</summary>
    private protected async Task<T> ResultAsync<T>(string name, object? input = null) => Result<T>(await RunAsync(name, input));

    private protected static T Result<T>(OrchestrationMetadata end)
    {
        Assert.True(end.RuntimeStatus == OrchestrationRuntimeStatus.Completed, $"{end.RuntimeStatus}: {end.SerializedOutput}");
        return end.ReadOutputAs<T>()!;
    }

    private protected async Task<OrchestrationMetadata> GetAsync(string id) => (await Client.GetInstanceAsync(id, true, Limit))!;

    /// <summary>Drops an orchestration from memory, as the cache does when there are many.</summary>
    private protected async Task EvictAsync(OrchestrationInstance instance)
    {
        Assert.True(instance.TryEvict());
        await Hub.Services.Writer.FlushAsync();
    }

    /// <summary>Waits until nothing happens any more but the activities that a test holds back.</summary>
    private protected async Task SettleAsync(int heldActivities = 0)
    {
        var services = Hub.Services;
        while (true)
        {
            Limit.ThrowIfCancellationRequested();
            var before = services.Writer.Enqueued;
            await services.Writer.FlushAsync();
            var isQuiet = services.Activities.Running == heldActivities
                && services.Instances.All.All(instance => instance.IsIdle)
                && services.Entities.IsIdle;
            // The flush itself is the one that was added.
            if (isQuiet && services.Writer.Enqueued == before + 1)
                return;
            await Task.Yield();
        }
    }

    /// <summary>Moves the clock when nothing happens any more, and waits until nothing happens again.</summary>
    private protected async Task AdvanceAsync(TimeSpan time, int heldActivities = 0)
    {
        await SettleAsync(heldActivities);
        Time.Advance(time);
        await SettleAsync(heldActivities);
    }

    private protected Task AdvanceAsync(double seconds) =>
        AdvanceAsync(TimeSpan.FromTicks((long)Math.Round(seconds * TimeSpan.TicksPerSecond)));
}
