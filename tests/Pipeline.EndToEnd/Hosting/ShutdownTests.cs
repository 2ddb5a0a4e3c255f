using System.Net;

namespace Pipeline.EndToEnd.Hosting;

/// <summary>A stop takes nothing new and lets what runs end.</summary>
public sealed class ShutdownTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("pipeline-stop-").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public async Task Stop_WhileAnActivityRuns_WaitsForItAndTheNextStartGoesOnFromThere()
    {
        await using (var first = await DurableHttpApi.StartAsync(_root))
        {
            await first.ExpectAsync(HttpStatusCode.Accepted, "POST", "orchestrators/Slow/s1");
            await first.Switchboard.Entered.Task;
            var stopping = first.Host.Host.StopAsync();
            Assert.False(stopping.IsCompleted);
            first.Switchboard.Leave.SetResult();
            await stopping;
        }

        await using var second = await DurableHttpApi.StartAsync(_root);
        await second.UntilAsync("s1", "Completed");
        Assert.Equal("ended", (await second.StateAsync("s1")).GetProperty("output").GetString());
        Assert.False(second.Switchboard.Entered.Task.IsCompleted, "the activity ran again");
    }

    [Fact]
    public async Task Stop_ActivityThatDoesNotEndInTime_IsCancelledAndRunsAgainAfterTheNextStart()
    {
        await using (var first = await DurableHttpApi.StartAsync(_root, shutdownTimeout: TimeSpan.FromMilliseconds(50)))
        {
            await first.ExpectAsync(HttpStatusCode.Accepted, "POST", "orchestrators/Slow/s2");
            await first.Switchboard.Entered.Task;
        }

        await using var second = await DurableHttpApi.StartAsync(_root);
        second.Switchboard.Leave.SetResult();
        await second.UntilAsync("s2", "Completed");
        Assert.True(second.Switchboard.Entered.Task.IsCompleted);
    }

    [Fact]
    public async Task Stop_WhileARequestRuns_AnswersIt()
    {
        await using var api = await DurableHttpApi.StartAsync(_root);
        var answer = api.Host.Client.GetStringAsync("api/slow");
        await api.Switchboard.Entered.Task;

        var stopping = api.Host.Host.StopAsync();
        api.Switchboard.Leave.SetResult();

        Assert.Equal("ended", await answer);
        await stopping;
        await Assert.ThrowsAsync<HttpRequestException>(() => api.Host.Client.GetStringAsync("api/slow"));
    }
}
