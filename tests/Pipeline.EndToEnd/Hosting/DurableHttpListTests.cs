using System.Net;
using System.Text.Json;

namespace Pipeline.EndToEnd.Hosting;

/// <summary>Lists and entities of the Durable HTTP API, and the URLs that functions hand out.</summary>
public sealed class DurableHttpListTests : IAsyncLifetime
{
    private DurableHttpApi _api = null!;

    public async Task InitializeAsync() => _api = await DurableHttpApi.StartAsync();

    public async Task DisposeAsync() => await _api.DisposeAsync();

    [Fact]
    public async Task List_InPages_HandsOutATokenWhileThereAreMore()
    {
        for (var i = 0; i < 5; i++) await _api.RunAsync("Greet", $"l{i}", "\"you\"");
        var pages = new List<string>();
        string? token = null;
        do
        {
            using var response = await _api.SendAsync(
                "GET", "instances?top=2", change: request => request.Headers.Add("x-ms-continuation-token", token is null ? [] : [token]));
            var page = JsonSerializer.Deserialize<JsonElement>(await response.Content.ReadAsStringAsync());
            pages.Add(string.Join(' ', page.EnumerateArray().Select(i => i.GetProperty("instanceId").GetString())));
            token = response.Headers.TryGetValues("x-ms-continuation-token", out var values) ? values.Single() : null;
        }
        while (token is not null);

        Assert.Equal(["l0 l1", "l2 l3", "l4"], pages);
    }

    [Theory]
    [InlineData("instanceIdPrefix=a", "a1 a2")]
    [InlineData("instanceIdPrefix=A", "")]
    [InlineData("runtimeStatus=Failed", "f1")]
    [InlineData("runtimeStatus=Failed,Completed", "a1 a2 f1")]
    [InlineData("runtimeStatus=Nonsense", "a1 a2 f1")]
    [InlineData("createdTimeFrom=2000-01-01T00:00:00Z", "a1 a2 f1")]
    [InlineData("createdTimeTo=2000-01-01T00:00:00Z", "")]
    public async Task List_Filter_KeepsWhatItSays(string query, string expected)
    {
        await _api.RunAsync("Greet", "a1", "\"you\"");
        await _api.RunAsync("Greet", "a2", "\"you\"");
        await _api.RunAsync("Rewindable", "f1");

        var page = await _api.ExpectAsync(HttpStatusCode.OK, "GET", $"instances?{query}");

        Assert.Equal(expected, string.Join(' ', page.EnumerateArray().Select(i => i.GetProperty("instanceId").GetString())));
        Assert.All(
            page.EnumerateArray().Where(i => i.GetProperty("name").GetString() == "Greet"),
            i => Assert.Equal("you", i.GetProperty("input").GetString()));
    }

    [Theory]
    [InlineData("createdTimeFrom=yesterday")]
    [InlineData("instanceIdPrefix=@counter")]
    public async Task List_BadFilter_Is400(string query) =>
        await _api.ExpectAsync(HttpStatusCode.BadRequest, "GET", $"instances?{query}");

    [Fact]
    public async Task List_BadToken_Is400()
    {
        using var response = await _api.SendAsync(
            "GET", "instances", change: request => request.Headers.Add("x-ms-continuation-token", "no token"));

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
    }

    [Fact]
    public async Task Entities_Signalled_KeepTheirStateAndAreListed()
    {
        await _api.ExpectAsync(HttpStatusCode.NotFound, "GET", "entities/counter/k1");
        await _api.ExpectAsync(HttpStatusCode.BadRequest, "POST", "entities/counter/k1", "1");
        await _api.ExpectAsync(HttpStatusCode.Accepted, "POST", "entities/Counter/k1?op=Add", "5");
        await _api.ExpectAsync(HttpStatusCode.Accepted, "POST", "entities/counter/k1?op=add", "2");
        await _api.ExpectAsync(HttpStatusCode.Accepted, "POST", "entities/counter/k%2F2?op=add", "1");

        while (await StateAsync("k1") != "7" || await StateAsync("k%2F2") != "1") await Task.Yield();
        var listed = await _api.ExpectAsync(HttpStatusCode.OK, "GET", "entities/counter");

        Assert.Equal(
            ["counter k/2 1", "counter k1 7"],
            listed.EnumerateArray().Select(entity =>
                $"{entity.GetProperty("entityId").GetProperty("name")} {entity.GetProperty("entityId").GetProperty("key")} {entity.GetProperty("state")}"));
        Assert.All(listed.EnumerateArray(), entity => Assert.True(entity.TryGetProperty("lastOperationTime", out _)));
        Assert.Equal(0, (await _api.ExpectAsync(HttpStatusCode.OK, "GET", "entities/other")).GetArrayLength());
        Assert.Equal(2, (await _api.ExpectAsync(HttpStatusCode.OK, "GET", "entities")).GetArrayLength());

        async Task<string> StateAsync(string key)
        {
            using var response = await _api.SendAsync("GET", $"entities/counter/{key}");
            return await response.Content.ReadAsStringAsync();
        }
    }

    [Fact]
    public async Task HttpFunction_WithDurableClient_HandsOutUrlsThatWork()
    {
        using var response = await _api.Host.Client.PostAsync("api/greet/you", null);
        var urls = JsonSerializer.Deserialize<JsonElement>(await response.Content.ReadAsStringAsync());

        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        var id = urls.GetProperty("id").GetString()!;
        await _api.UntilAsync(id, "Completed");
        using var anonymous = new HttpClient();
        var status = JsonSerializer.Deserialize<JsonElement>(await anonymous.GetStringAsync(urls.GetProperty("statusQueryGetUri").GetString()));
        Assert.Equal("Hello you", status.GetProperty("output").GetString());
        Assert.Equal(
            HttpStatusCode.OK, (await anonymous.DeleteAsync(urls.GetProperty("purgeHistoryDeleteUri").GetString())).StatusCode);
    }
}
