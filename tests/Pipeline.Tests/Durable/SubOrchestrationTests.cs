using Microsoft.DurableTask;

namespace Pipeline.Tests.Durable;

public sealed class SubOrchestrationTests : DurableTest
{
    [Fact]
    public async Task DefaultId_Is32HexDigitsAndTheChildKnowsItsParent()
    {
        Functions.Orchestrator("Child", context =>
            Task.FromResult($"{context.InstanceId} {context.Parent!.Name} {context.Parent.InstanceId}"));
        Functions.Orchestrator("Parent", context => context.CallSubOrchestratorAsync<string>("Child"));
        await StartAsync("Parent", id: "p");

        Assert.Matches("^[0-9a-f]{32} Parent p$", Result<string>(await EndAsync("p")));
    }

    [Fact]
    public async Task AHundredAtOnce_AllAnswer()
    {
        Functions.Orchestrator("Child", context => context.CallActivityAsync<int>("Increment", context.GetInput<int>()));
        Functions.Orchestrator("Parent", async context =>
            (await Task.WhenAll(Enumerable.Range(0, 100).Select(i => context.CallSubOrchestratorAsync<int>("Child", i)))).Sum());
        Assert.Equal(5050, await ResultAsync<int>("Parent"));
    }

    [Fact]
    public async Task Recursion_FiveDeep_Returns()
    {
        Functions.Orchestrator("Deep", async context =>
        {
            var n = context.GetInput<int>();
            return n == 0 ? 0 : 1 + await context.CallSubOrchestratorAsync<int>("Deep", n - 1);
        });
        Assert.Equal(5, await ResultAsync<int>("Deep", 5));
    }

    [Fact]
    public async Task Children_AppearInLists()
    {
        Functions.Orchestrator("Child", _ => Task.CompletedTask);
        Functions.Orchestrator("Parent", context =>
            context.CallSubOrchestratorAsync("Child", options: new SubOrchestrationOptions(instanceId: "c")));
        await StartAsync("Parent", id: "p");
        await EndAsync("p");

        var ids = new List<string>();
        await foreach (var instance in Client.GetAllInstancesAsync())
            ids.Add(instance.InstanceId);
        Assert.Equal(["c", "p"], ids);
    }

    [Fact]
    public async Task IdOfACompletedInstance_RunsAnew()
    {
        Functions.Orchestrator("Child", context => Task.FromResult(context.GetInput<int>()));
        Functions.Orchestrator("Parent", async context =>
        {
            var options = new SubOrchestrationOptions(instanceId: "same");
            return await context.CallSubOrchestratorAsync<int>("Child", 1, options)
                + await context.CallSubOrchestratorAsync<int>("Child", 10, options);
        });
        Assert.Equal(11, await ResultAsync<int>("Parent"));
    }

    // The official host lets the child take the other instance's place, whose work is lost.
    [Fact]
    public async Task IdOfARunningInstance_FailsTheCallAndLeavesTheOtherAlone()
    {
        Functions.Orchestrator("Wait", context => context.WaitForExternalEvent<int>("go"));
        Functions.Orchestrator("Parent", async context =>
        {
            try
            {
                await context.CallSubOrchestratorAsync("Wait", options: new SubOrchestrationOptions(instanceId: "busy"));
                return "started";
            }
            catch (TaskFailedException e)
            {
                return e.FailureDetails.ErrorMessage;
            }
        });
        await StartAsync("Wait", id: "busy");

        Assert.Equal("An Orchestration instance with the ID busy already exists.", await ResultAsync<string>("Parent"));
        await Client.RaiseEventAsync("busy", "go", 1, Limit);
        Assert.Equal(1, Result<int>(await EndAsync("busy")));
    }

    [Fact]
    public async Task IdOfAnEntity_IsRefused()
    {
        Functions.Orchestrator("Parent", context =>
            context.CallSubOrchestratorAsync("Any", options: new SubOrchestrationOptions(instanceId: "@x@y")));
        Assert.Contains("reserved for entities", (await RunAsync("Parent")).SerializedOutput, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Tags_AndVersion_ReachTheChild()
    {
        Functions.Orchestrator("Child", context => Task.FromResult(context.Version));
        Functions.Orchestrator("Parent", context => context.CallSubOrchestratorAsync<string>("Child", options:
            new SubOrchestrationOptions(instanceId: "c") { Version = "2.0", Tags = new Dictionary<string, string> { ["a"] = "b" } }));

        Assert.Equal("2.0", await ResultAsync<string>("Parent"));
        Assert.Equal("b", (await GetAsync("c")).Tags["a"]);
    }

    [Fact]
    public async Task Child_SurvivesACrashAndAnswersTheParent()
    {
        Functions.Orchestrator("Child", context => context.WaitForExternalEvent<int>("go"));
        Functions.Orchestrator("Parent", context =>
            context.CallSubOrchestratorAsync<int>("Child", options: new SubOrchestrationOptions(instanceId: "c")));
        var id = await StartAsync("Parent");
        await SettleAsync();
        await CrashAsync();
        await Client.RaiseEventAsync("c", "go", 9, Limit);

        Assert.Equal(9, Result<int>(await EndAsync(id)));
    }
}
