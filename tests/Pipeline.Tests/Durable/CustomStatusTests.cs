namespace Pipeline.Tests.Durable;

public sealed class CustomStatusTests : DurableTest
{
    [Fact]
    public async Task NeverSet_IsTheTextNull()
    {
        Functions.Orchestrator("Any", _ => Task.CompletedTask);
        Assert.Equal("null", (await RunAsync("Any")).SerializedCustomStatus);
    }

    [Fact]
    public async Task SetTwiceBeforeAnAwait_ShowsTheLastAndStaysAfterTheEnd()
    {
        Functions.Orchestrator("Status", async context =>
        {
            context.SetCustomStatus("one");
            context.SetCustomStatus(new { Step = 2 });
            await context.WaitForExternalEvent<int>("go");
        });
        var id = await StartAsync("Status");
        await SettleAsync();
        Assert.Equal("""{"Step":2}""", (await GetAsync(id)).SerializedCustomStatus);
        await Client.RaiseEventAsync(id, "go", 1, Limit);
        Assert.Equal("""{"Step":2}""", (await EndAsync(id)).SerializedCustomStatus);
    }

    [Fact]
    public async Task SetToNull_ShowsNull()
    {
        Functions.Orchestrator("Status", context =>
        {
            context.SetCustomStatus("one");
            context.SetCustomStatus(null);
            return Task.CompletedTask;
        });
        Assert.Equal("null", (await RunAsync("Status")).SerializedCustomStatus);
    }
}
