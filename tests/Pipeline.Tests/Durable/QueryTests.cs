using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace Pipeline.Tests.Durable;

public sealed class QueryTests : DurableTest
{
    [Fact]
    public async Task List_IsByIdAscendingWithOutputAndStatusAndTheInputOnDemand()
    {
        Functions.Orchestrator("Pass", context =>
        {
            context.SetCustomStatus("done");
            return Task.FromResult(context.GetInput<int>());
        });
        foreach (var id in new[] { "b", "a", "B" })
            await EndAsync(await StartAsync("Pass", 1, id));

        var plain = await ListAsync(new OrchestrationQuery());
        Assert.Equal(["B", "a", "b"], plain.Select(instance => instance.InstanceId));
        Assert.All(plain, instance => Assert.Null(instance.SerializedInput));
        Assert.All(plain, instance => Assert.Equal("1", instance.SerializedOutput));
        Assert.All(plain, instance => Assert.Equal("\"done\"", instance.SerializedCustomStatus));
        Assert.All(await ListAsync(new OrchestrationQuery(FetchInputsAndOutputs: true)), instance => Assert.Equal(1, instance.ReadInputAs<int>()));
    }

    [Fact]
    public async Task List_Pages_HaveTheSizeAskedForAndATokenWhileThereAreMore()
    {
        Functions.Orchestrator("Any", _ => Task.CompletedTask);
        foreach (var i in Enumerable.Range(0, 5))
            await EndAsync(await StartAsync("Any", id: $"i{i}"));

        var pages = new List<Page<OrchestrationMetadata>>();
        await foreach (var page in Client.GetAllInstancesAsync(new OrchestrationQuery(PageSize: 2)).AsPages())
            pages.Add(page);
        Assert.Equal([2, 2, 1], pages.Select(page => page.Values.Count));
        Assert.Null(pages[2].ContinuationToken);

        await foreach (var page in Client.GetAllInstancesAsync(new OrchestrationQuery(PageSize: 2)).AsPages(pages[0].ContinuationToken))
        {
            Assert.Equal("i2", page.Values[0].InstanceId);
            break;
        }
    }

    // In the official host: empty pages without end.
    [Fact]
    public async Task List_PageSizeZero_IsRefused() =>
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => ListAsync(new OrchestrationQuery(PageSize: 0)));

    [Fact]
    public async Task List_BadContinuationToken_IsRefused() =>
        await Assert.ThrowsAsync<ArgumentException>(() => ListAsync(new OrchestrationQuery(ContinuationToken: "%%")));

    [Fact]
    public async Task List_Filters_ByPrefixInItsCaseStatusAndTime()
    {
        Functions.Orchestrator("Any", _ => Task.CompletedTask);
        Functions.Orchestrator("Wait", context => context.WaitForExternalEvent<int>("never"));
        await EndAsync(await StartAsync("Any", id: "job-1"));
        Time.Advance(TimeSpan.FromHours(1));
        var noon = Time.GetUtcNow();
        await StartAsync("Wait", id: "job-2");
        await StartAsync("Wait", id: "Job-3");
        await SettleAsync();

        Assert.Equal(["job-1", "job-2"], await Ids(new OrchestrationQuery(InstanceIdPrefix: "job-")));
        Assert.Equal(["Job-3", "job-2"], await Ids(new OrchestrationQuery(Statuses: [OrchestrationRuntimeStatus.Running])));
        Assert.Equal(["job-1"], await Ids(new OrchestrationQuery(CreatedTo: noon.AddSeconds(-1))));
        Assert.Equal(["Job-3", "job-2"], await Ids(new OrchestrationQuery(CreatedFrom: noon)));
        await Assert.ThrowsAsync<ArgumentException>(() => Ids(new OrchestrationQuery(InstanceIdPrefix: "@")));

        async Task<string[]> Ids(OrchestrationQuery query) => [.. (await ListAsync(query)).Select(instance => instance.InstanceId)];
    }

    [Fact]
    public async Task ListInstanceIds_GivesThoseThatEndedWithinATime()
    {
        Functions.Orchestrator("Any", _ => Task.CompletedTask);
        Functions.Orchestrator("Wait", context => context.WaitForExternalEvent<int>("never"));
        foreach (var i in Enumerable.Range(0, 3))
        {
            await EndAsync(await StartAsync("Any", id: $"i{i}"));
            Time.Advance(TimeSpan.FromHours(1));
        }

        await StartAsync("Wait");
        var first = await Client.ListInstanceIdsAsync(completedTimeFrom: Time.GetUtcNow().AddHours(-2.5), pageSize: 1, cancellation: Limit);
        Assert.Equal(["i1"], first.Values);
        var second = await Client.ListInstanceIdsAsync(pageSize: 5, lastInstanceKey: first.ContinuationToken, cancellation: Limit);
        Assert.Equal(["i2"], second.Values);
        Assert.Null(second.ContinuationToken);
    }

    [Fact]
    public async Task History_FoldsStepsIntoTheirOutcomes()
    {
        Functions.Orchestrator("Steps", async context =>
        {
            await context.CallActivityAsync<int>("Increment", 1);
            await context.CreateTimer(TimeSpan.FromSeconds(1), CancellationToken.None);
            try
            {
                await context.CallActivityAsync<int>("Fail", "no");
            }
            catch (TaskFailedException)
            {
                await context.WaitForExternalEvent<int>("go");
            }

            return "end";
        });
        var id = await StartAsync("Steps", "in");
        await AdvanceAsync(1);
        await Client.RaiseEventAsync(id, "go", 5, Limit);
        await EndAsync(id);

        var history = Hub.GetHistory(id)!;
        Assert.Equal(
            ["ExecutionStarted", "TaskCompleted", "TimerFired", "TaskFailed", "EventRaised", "ExecutionCompleted"],
            history.Select(entry => entry.EventType));
        Assert.Equal(("Steps", "\"in\""), (history[0].FunctionName, history[0].Input));
        Assert.Equal(("Increment", "1", "2"), (history[1].FunctionName, history[1].Input, history[1].Result));
        Assert.Equal(history[1].Timestamp, history[1].ScheduledTime);
        Assert.Equal(history[2].FireAt, history[2].Timestamp);
        Assert.Equal("no", history[3].Reason);
        Assert.Equal(("go", "5"), (history[4].Name, history[4].Input));
        Assert.Equal(("Completed", "\"end\""), (history[5].OrchestrationStatus, history[5].Result));
        Assert.Null(Hub.GetHistory("nowhere"));
    }

    private async Task<List<OrchestrationMetadata>> ListAsync(OrchestrationQuery query)
    {
        var found = new List<OrchestrationMetadata>();
        await foreach (var instance in Client.GetAllInstancesAsync(query))
            found.Add(instance);
        return found;
    }
}
