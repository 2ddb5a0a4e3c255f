using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Pipeline.EndToEnd.Hosting;

/// <summary>The Durable HTTP API over real HTTP, as observed in the official host.</summary>
public sealed class DurableHttpApiTests : IAsyncLifetime
{
    private DurableHttpApi _api = null!;

    public async Task InitializeAsync() => _api = await DurableHttpApi.StartAsync();

    public async Task DisposeAsync() => await _api.DisposeAsync();

    [Theory]
    [InlineData(null, 401)]
    [InlineData("wrong", 401)]
    [InlineData("{function}", 403)]
    [InlineData("{durable}", 200)]
    [InlineData("{master}", 200)]
    public async Task Key_OfEachKind_DecidesAccess(string? key, int expected)
    {
        var given = key?.Replace("{function}", _api.Host.Host.FunctionKey)
            .Replace("{durable}", _api.Host.Host.DurableKey)
            .Replace("{master}", _api.Host.Host.MasterKey);

        var byHeader = await _api.Host.Client.SendAsync(Request(header: given));
        var byCode = await _api.Host.Client.SendAsync(Request(code: given));

        Assert.Equal((expected, expected), ((int)byHeader.StatusCode, (int)byCode.StatusCode));
        Assert.Equal(expected == 401 ? "Bearer" : "", byHeader.Headers.WwwAuthenticate.ToString());

        static HttpRequestMessage Request(string? header = null, string? code = null)
        {
            var request = new HttpRequestMessage(HttpMethod.Get, $"runtime/webhooks/durabletask/instances{(code is null ? "" : $"?code={code}")}");
            if (header is not null) request.Headers.Add("x-functions-key", header);
            return request;
        }
    }

    [Theory]
    [InlineData("GET", "orchestrators/Greet")]
    [InlineData("PUT", "instances/x")]
    [InlineData("HEAD", "instances")]
    [InlineData("POST", "instances/x/dance")]
    [InlineData("GET", "nothing")]
    public async Task Request_OtherVerbOrAction_Is404(string method, string path) =>
        await _api.ExpectAsync(HttpStatusCode.NotFound, method, path);

    [Fact]
    public async Task Start_Orchestrator_Gives202LocationRetryAfterAndWorkingUrls()
    {
        using var response = await _api.SendAsync("POST", "orchestrators/Greet", "\"you\"");
        var body = JsonSerializer.Deserialize<JsonElement>(await response.Content.ReadAsStringAsync());

        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        Assert.Equal("10", response.Headers.RetryAfter?.ToString());
        Assert.Equal(body.GetProperty("statusQueryGetUri").GetString(), response.Headers.Location?.OriginalString);
        Assert.Equal(
            ["id", "statusQueryGetUri", "sendEventPostUri", "terminatePostUri", "rewindPostUri", "purgeHistoryDeleteUri", "restartPostUri", "suspendPostUri", "resumePostUri"],
            body.EnumerateObject().Select(property => property.Name));
        Assert.Contains("reason={text}", body.GetProperty("terminatePostUri").GetString());
        Assert.Contains("/raiseEvent/{eventName}", body.GetProperty("sendEventPostUri").GetString());
        using var anonymous = new HttpClient();
        var status = await anonymous.GetAsync(response.Headers.Location);
        Assert.True(status.StatusCode is HttpStatusCode.OK or HttpStatusCode.Accepted);
    }

    [Theory]
    [InlineData("simple")]
    [InlineData("a/b\\c#d?e%f g:h'\"é漢@")]
    [InlineData("%2F")]
    [InlineData("..")]
    public async Task Start_WithId_TakesItAsGiven(string id)
    {
        // A path of dots alone is resolved by every client before it is sent.
        var encoded = id == ".." ? "%252E." : Uri.EscapeDataString(id);
        if (id == "..") id = "%2E.";

        var started = await _api.ExpectAsync(HttpStatusCode.Accepted, "POST", $"orchestrators/Greet/{encoded}");

        Assert.Equal(id, started.GetProperty("id").GetString());
        Assert.Equal(id, (await _api.StateAsync(id)).GetProperty("instanceId").GetString());
    }

    [Fact]
    public async Task Start_UnknownOrchestrator_Is202AndTheInstanceFails()
    {
        var id = await _api.BeginAsync("NoSuch");

        await _api.UntilAsync(id, "Failed");
        Assert.Contains("Greet", (await _api.StateAsync(id)).GetProperty("output").ToString());
    }

    [Theory]
    [InlineData("{")]
    [InlineData("text")]
    public async Task Start_BodyIsNotJson_Is400(string body) =>
        await _api.ExpectAsync(HttpStatusCode.BadRequest, "POST", "orchestrators/Greet", body);

    [Fact]
    public async Task Start_IdIsRunning_Is409()
    {
        await _api.ExpectAsync(HttpStatusCode.Accepted, "POST", "orchestrators/Wait/w1");

        var fault = await _api.ExpectAsync(HttpStatusCode.Conflict, "POST", "orchestrators/Wait/w1");

        Assert.Contains("already exists", fault.GetString());
    }

    [Fact]
    public async Task Start_EntityId_Is400() =>
        await _api.ExpectAsync(HttpStatusCode.BadRequest, "POST", "orchestrators/Greet/@counter@k");

    [Fact]
    public async Task Start_InputOverTheLimit_Is413WithAdvice()
    {
        var fault = await _api.ExpectAsync(
            HttpStatusCode.RequestEntityTooLarge, "POST", "orchestrators/Greet", JsonSerializer.Serialize(new string('x', 60_000)));

        Assert.Contains("Write the data to a blob", fault.GetString());
    }

    [Fact]
    public async Task Start_WithTimeout_GivesTheOutputAlone()
    {
        var output = await _api.ExpectAsync(HttpStatusCode.OK, "POST", "orchestrators/Greet?timeout=60&pollingInterval=1", "\"you\"");

        Assert.Equal("Hello you", output.GetString());
    }

    [Fact]
    public async Task Start_WithTimeoutThatPasses_GivesThe202()
    {
        var body = await _api.ExpectAsync(HttpStatusCode.Accepted, "POST", "orchestrators/Wait?timeout=1&pollingInterval=1");

        Assert.True(body.TryGetProperty("statusQueryGetUri", out _));
    }

    [Theory]
    [InlineData("""{"a":[1,2.50,9007199254740993],"b":null,"c":"<é>"}""")]
    [InlineData("[]")]
    [InlineData("\"text\"")]
    [InlineData("12345678901234567890.123456789")]
    public async Task Start_Input_ReachesTheOrchestratorUnchanged(string json)
    {
        using var response = await _api.SendAsync("POST", "orchestrators/Echo?timeout=60", json);

        Assert.Equal(json, await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Get_CompletedInstance_Is200WithAllInOrder()
    {
        var id = await _api.RunAsync("Greet", "g1", "\"you\"");

        using var response = await _api.SendAsync("GET", $"instances/{id}");
        var text = await response.Content.ReadAsStringAsync();

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Matches(
            """^\{"name":"Greet","instanceId":"g1","runtimeStatus":"Completed","input":"you","customStatus":\{"Step":1\},"output":"Hello you","createdTime":"T","lastUpdatedTime":"T"\}$""",
            Regex.Replace(text, @"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", "T"));
    }

    [Fact]
    public async Task Get_RunningInstance_Is202WithLocationAndRetryAfter()
    {
        var id = await _api.BeginAsync("Wait");
        await _api.UntilAsync(id, "Running");

        using var response = await _api.SendAsync("GET", $"instances/{id}");

        Assert.Equal((HttpStatusCode.Accepted, "5"), (response.StatusCode, response.Headers.RetryAfter?.ToString()));
        Assert.Contains($"/runtime/webhooks/durabletask/instances/{id}", response.Headers.Location?.ToString());
    }

    [Fact]
    public async Task Get_FailedInstance_Is200OrOnDemand500()
    {
        var id = await _api.RunAsync("Rewindable", "f1");

        var state = await _api.ExpectAsync(HttpStatusCode.OK, "GET", $"instances/{id}");
        await _api.ExpectAsync(HttpStatusCode.InternalServerError, "GET", $"instances/{id}?returnInternalServerErrorOnFailure=true");

        Assert.Equal("Failed", state.GetProperty("runtimeStatus").GetString());
        Assert.Contains("broken", state.GetProperty("output").GetString());
    }

    [Fact]
    public async Task Get_UnknownInstance_IsEmpty404()
    {
        Assert.Equal(JsonValueKind.Undefined, (await _api.ExpectAsync(HttpStatusCode.NotFound, "GET", "instances/nobody")).ValueKind);
        await _api.ExpectAsync(HttpStatusCode.NotFound, "GET", "instances/@counter@k");
    }

    [Fact]
    public async Task Get_ShowInputFalse_HidesIt()
    {
        var id = await _api.RunAsync("Greet", "g2", "\"you\"");

        Assert.Equal(JsonValueKind.Null, (await _api.StateAsync(id, "?showInput=false")).GetProperty("input").ValueKind);
    }

    [Fact]
    public async Task Get_ShowHistory_FoldsStepsAndShowsResultsOnDemand()
    {
        var id = await _api.RunAsync("Greet", "h1", "\"you\"");

        var without = (await _api.StateAsync(id, "?showHistory=true")).GetProperty("historyEvents");
        var with = (await _api.StateAsync(id, "?showHistory=true&showHistoryOutput=true")).GetProperty("historyEvents");

        Assert.Equal(
            ["ExecutionStarted", "TaskCompleted", "ExecutionCompleted"],
            without.EnumerateArray().Select(e => e.GetProperty("EventType").GetString()));
        Assert.Equal("you", without[0].GetProperty("Input").GetString());
        Assert.Equal("Hello", without[1].GetProperty("FunctionName").GetString());
        Assert.True(without[1].GetProperty("ScheduledTime").GetDateTime() <= without[1].GetProperty("Timestamp").GetDateTime());
        Assert.False(without[1].TryGetProperty("Result", out _));
        Assert.Equal("Hello you", with[1].GetProperty("Result").GetString());
        Assert.Equal("Completed", with[2].GetProperty("OrchestrationStatus").GetString());
    }

    [Fact]
    public async Task RaiseEvent_ToARunningInstance_Is202AndArrives()
    {
        var id = await _api.BeginAsync("Wait");

        await _api.ExpectAsync(HttpStatusCode.Accepted, "POST", $"instances/{id}/raiseEvent/GO", "\"now\"");

        await _api.UntilAsync(id, "Completed");
        Assert.Equal("now", (await _api.StateAsync(id)).GetProperty("output").GetString());
    }

    [Fact]
    public async Task RaiseEvent_Faults_AreToldApart()
    {
        await _api.RunAsync("Greet", "done");
        await _api.ExpectAsync(HttpStatusCode.Accepted, "POST", "orchestrators/Wait/waiting");

        await _api.ExpectAsync(HttpStatusCode.Gone, "POST", "instances/done/raiseEvent/go", "1");
        await _api.ExpectAsync(HttpStatusCode.NotFound, "POST", "instances/nobody/raiseEvent/go", "1");
        using var text = await _api.SendAsync("POST", "instances/waiting/raiseEvent/go", "1", type: "text/plain");
        Assert.Equal(
            (HttpStatusCode.BadRequest, """{"Message":"Only application/json request content is supported"}"""),
            (text.StatusCode, await text.Content.ReadAsStringAsync()));
        var malformed = await _api.ExpectAsync(HttpStatusCode.BadRequest, "POST", "instances/waiting/raiseEvent/go", "{");
        Assert.Equal("Invalid JSON content", malformed.GetProperty("Message").GetString());
        Assert.True(malformed.TryGetProperty("ExceptionMessage", out _));
        await _api.ExpectAsync(HttpStatusCode.BadRequest, "POST", "instances/waiting/raiseEvent/go", "");
    }

    [Fact]
    public async Task Terminate_RunningInstance_HasTheReasonAsItsOutput()
    {
        var id = await _api.BeginAsync("Wait");

        await _api.ExpectAsync(HttpStatusCode.Accepted, "POST", $"instances/{id}/terminate?reason=enough%20of%20it");

        await _api.UntilAsync(id, "Terminated");
        Assert.Equal("enough of it", (await _api.StateAsync(id)).GetProperty("output").GetString());
        await _api.ExpectAsync(HttpStatusCode.Gone, "POST", $"instances/{id}/terminate?reason=again");
        await _api.ExpectAsync(HttpStatusCode.NotFound, "POST", "instances/nobody/terminate");
    }

    [Fact]
    public async Task Terminate_WithoutReason_HasNoOutput()
    {
        var id = await _api.BeginAsync("Wait");

        await _api.ExpectAsync(HttpStatusCode.Accepted, "POST", $"instances/{id}/terminate");

        await _api.UntilAsync(id, "Terminated");
        Assert.Equal(JsonValueKind.Null, (await _api.StateAsync(id)).GetProperty("output").ValueKind);
    }

    [Fact]
    public async Task SuspendAndResume_Instance_AnswerByItsStatus()
    {
        var id = await _api.BeginAsync("Wait");
        await _api.UntilAsync(id, "Running");

        await _api.ExpectAsync(HttpStatusCode.InternalServerError, "POST", $"instances/{id}/resume");
        await _api.ExpectAsync(HttpStatusCode.Accepted, "POST", $"instances/{id}/suspend?reason=later");
        await _api.UntilAsync(id, "Suspended");
        var fault = await _api.ExpectAsync(HttpStatusCode.InternalServerError, "POST", $"instances/{id}/suspend");
        Assert.Contains("Suspended state", fault.GetProperty("ExceptionMessage").GetString());
        using var status = await _api.SendAsync("GET", $"instances/{id}");
        Assert.Equal(HttpStatusCode.Accepted, status.StatusCode);
        await _api.ExpectAsync(HttpStatusCode.Accepted, "POST", $"instances/{id}/resume");
        await _api.ExpectAsync(HttpStatusCode.Accepted, "POST", $"instances/{id}/raiseEvent/go", "\"on\"");
        await _api.UntilAsync(id, "Completed");

        await _api.ExpectAsync(HttpStatusCode.Gone, "POST", $"instances/{id}/suspend");
        await _api.ExpectAsync(HttpStatusCode.Gone, "POST", $"instances/{id}/resume");
        await _api.ExpectAsync(HttpStatusCode.NotFound, "POST", "instances/nobody/suspend");
        await _api.ExpectAsync(HttpStatusCode.NotFound, "POST", "instances/nobody/resume");
    }

    [Fact]
    public async Task Purge_OneInstance_OnlyOnceItHasEnded()
    {
        await _api.RunAsync("Greet", "ended");
        await _api.ExpectAsync(HttpStatusCode.Accepted, "POST", "orchestrators/Wait/running");

        var purged = await _api.ExpectAsync(HttpStatusCode.OK, "DELETE", "instances/ended");
        Assert.Equal("""{"instancesDeleted":1}""", purged.GetRawText());
        await _api.ExpectAsync(HttpStatusCode.NotFound, "DELETE", "instances/ended");
        await _api.ExpectAsync(HttpStatusCode.NotFound, "GET", "instances/ended");
        var refused = await _api.ExpectAsync(HttpStatusCode.PreconditionFailed, "DELETE", "instances/running");
        Assert.Equal(JsonValueKind.String, refused.ValueKind);
    }

    [Fact]
    public async Task PurgeMany_ByTimeAndStatus_TellsHowMany()
    {
        await _api.RunAsync("Greet", "p1");
        await _api.RunAsync("Greet", "p2");
        await _api.RunAsync("Rewindable", "p3");

        var missing = await _api.ExpectAsync(HttpStatusCode.BadRequest, "DELETE", "instances");
        Assert.Equal("Please provide value for 'createdTimeFrom' parameter.", missing.GetString());
        await _api.ExpectAsync(HttpStatusCode.BadRequest, "DELETE", "instances?createdTimeFrom=yesterday");
        await _api.ExpectAsync(HttpStatusCode.NotFound, "DELETE", "instances?createdTimeFrom=2000-01-01&createdTimeTo=2001-01-01");
        var failed = await _api.ExpectAsync(HttpStatusCode.OK, "DELETE", "instances?createdTimeFrom=2000-01-01&runtimeStatus=Failed");
        Assert.Equal(1, failed.GetProperty("instancesDeleted").GetInt32());
        var rest = await _api.ExpectAsync(HttpStatusCode.OK, "DELETE", "instances?createdTimeFrom=2000-01-01&runtimeStatus=Completed,Failed");
        Assert.Equal(2, rest.GetProperty("instancesDeleted").GetInt32());
    }

    [Fact]
    public async Task Restart_EndedInstance_RunsItsInputAgainUnderANewOrItsOwnId()
    {
        await _api.RunAsync("Greet", "r1", "\"you\"");

        var another = (await _api.ExpectAsync(HttpStatusCode.Accepted, "POST", "instances/r1/restart")).GetProperty("id").GetString()!;
        var same = (await _api.ExpectAsync(HttpStatusCode.Accepted, "POST", "instances/r1/restart?restartWithNewInstanceId=false")).GetProperty("id").GetString()!;

        Assert.Equal(("r1", true), (same, another != "r1"));
        await _api.UntilAsync(another, "Completed");
        await _api.UntilAsync(same, "Completed");
        Assert.Equal("Hello you", (await _api.StateAsync(another)).GetProperty("output").GetString());
        Assert.Equal(3, _api.Switchboard.Greetings);
        await _api.ExpectAsync(HttpStatusCode.BadRequest, "POST", "instances/nobody/restart");
        await _api.ExpectAsync(HttpStatusCode.Accepted, "POST", "orchestrators/Wait/r2");
        await _api.ExpectAsync(HttpStatusCode.Conflict, "POST", "instances/r2/restart?restartWithNewInstanceId=false");
    }

    [Fact]
    public async Task Rewind_FailedInstance_RunsTheFailedStepAgainAndNoOther()
    {
        await _api.RunAsync("Rewindable", "w1");
        _api.Switchboard.Broken = false;

        await _api.ExpectAsync(HttpStatusCode.Accepted, "POST", "instances/w1/rewind?reason=mended");

        await _api.UntilAsync("w1", "Completed");
        Assert.Equal("Hello first, and mended", (await _api.StateAsync("w1")).GetProperty("output").GetString());
        Assert.Equal(1, _api.Switchboard.Greetings);
        await _api.ExpectAsync(HttpStatusCode.PreconditionFailed, "POST", "instances/w1/rewind");
        await _api.ExpectAsync(HttpStatusCode.NotFound, "POST", "instances/nobody/rewind");
    }
}
