using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Access;
using Pipeline.Jobs;
using Pipeline.Tests.Hosting;

namespace Pipeline.Tests.Access;

/// <summary>Who is let through to what, over the real host.</summary>
public class AccessMiddlewareTests
{
    [Fact]
    public async Task Request_FunctionThatNamesNoRole_IsRefusedToEverybody()
    {
        await using var app = await StartAsync([]);

        using var answer = await SendAsync(app, "forgot", app.Host.FunctionKey);

        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        Assert.Contains("ForgotItsRole", (await ProblemAsync(answer)).Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("reader", "reader", HttpStatusCode.OK)]
    [InlineData("reader", "submitter", HttpStatusCode.Forbidden)]
    [InlineData("reader", "operator", HttpStatusCode.Forbidden)]
    [InlineData("submitter", "reader", HttpStatusCode.OK)]
    [InlineData("submitter", "submitter", HttpStatusCode.OK)]
    [InlineData("submitter", "operator", HttpStatusCode.Forbidden)]
    [InlineData("operator", "reader", HttpStatusCode.OK)]
    [InlineData("operator", "operator", HttpStatusCode.OK)]
    [InlineData("operator", "volunteer", HttpStatusCode.Unauthorized)]
    public async Task Request_KeyWithARole_OpensWhatTheRoleMay(string role, string route, HttpStatusCode expected)
    {
        await using var app = await StartAsync(new() { ["PipelineDefaultRole"] = role });

        using var answer = await SendAsync(app, route, app.Host.FunctionKey);

        Assert.Equal(expected, answer.StatusCode);
        if (expected == HttpStatusCode.Forbidden)
            Assert.Equal(ProblemTypes.Forbidden, (await ProblemAsync(answer)).Type);
    }

    [Fact]
    public async Task Request_KeyWhoseHashIsListed_HasThatRoleAndNotTheDefault()
    {
        const string Key = "a key that somebody made";
        await using var app = await StartAsync(new() { ["PipelineRoleKeys:operator"] = $"{new string('0', 64)},{Hash(Key)}", ["PipelineDefaultRole"] = "reader" });

        // This function's host asks for no key, so that only the hash vouches for it.
        using var listed = await SendAsync(app, "unchecked", Key);
        using var other = await SendAsync(app, "unchecked", app.Host.FunctionKey);
        using var none = await SendAsync(app, "unchecked", null);

        Assert.Equal(HttpStatusCode.OK, listed.StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, other.StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, none.StatusCode);
        Assert.Equal(ProblemTypes.Unauthenticated, (await ProblemAsync(none)).Type);
    }

    [Fact]
    public async Task Request_NoDefaultRole_RefusesTheKeyThatIsNotListed()
    {
        await using var app = await StartAsync(new() { ["PipelineDefaultRole"] = "none" });

        using var answer = await SendAsync(app, "reader", app.Host.FunctionKey);

        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
    }

    [Theory]
    [InlineData("token-1", HttpStatusCode.OK)]
    [InlineData("token-2", HttpStatusCode.Unauthorized)]
    [InlineData(null, HttpStatusCode.Unauthorized)]
    public async Task Request_VolunteersToken_OpensVolunteersRoutesOnly(string? token, HttpStatusCode expected)
    {
        await using var app = await StartAsync([]);
        using var request = new HttpRequestMessage(HttpMethod.Get, "volunteer");
        using var elsewhere = new HttpRequestMessage(HttpMethod.Get, "unchecked");
        if (token is not null)
        {
            request.Headers.Authorization = new("Bearer", token);
            elsewhere.Headers.Authorization = new("Bearer", token);
        }

        using var answer = await app.Client.SendAsync(request);
        using var refused = await app.Client.SendAsync(elsewhere);

        Assert.Equal(expected, answer.StatusCode);
        if (expected == HttpStatusCode.OK)
            Assert.Equal("v1", await answer.Content.ReadAsStringAsync());
        Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
    }

    [Theory]
    [InlineData("Pipeline.Operator", "operator", HttpStatusCode.OK)]
    [InlineData("Pipeline.Reader", "reader", HttpStatusCode.OK)]
    [InlineData("Pipeline.Reader", "operator", HttpStatusCode.Forbidden)]
    [InlineData("Somebody.Else", "reader", HttpStatusCode.Unauthorized)]
    [InlineData(null, "reader", HttpStatusCode.Unauthorized)]
    public async Task Request_SignedInUser_NeedsKeyAndAppRole(string? appRole, string route, HttpStatusCode expected)
    {
        await using var app = await StartAsync(new() { ["WEBSITE_AUTH_ENABLED"] = "True" });
        using var request = Request(route, app.Host.FunctionKey, appRole);

        using var answer = await app.Client.SendAsync(request);

        Assert.Equal(expected, answer.StatusCode);
    }

    [Fact]
    public async Task Request_SignedInUserWithALesserKey_HasTheLesserRole()
    {
        await using var app = await StartAsync(new() { ["WEBSITE_AUTH_ENABLED"] = "True", ["PipelineDefaultRole"] = "reader" });
        using var request = Request("operator", app.Host.FunctionKey, "Pipeline.Operator");

        using var answer = await app.Client.SendAsync(request);

        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
    }

    [Fact]
    public async Task Request_UserHeaderThatThePlatformDoesNotVouchFor_CountsForNothing()
    {
        await using var app = await StartAsync(new() { ["PipelineDefaultRole"] = "reader" });
        using var request = Request("operator", app.Host.FunctionKey, "Pipeline.Operator");

        using var answer = await app.Client.SendAsync(request);

        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
    }

    [Fact]
    public async Task Request_UserIsNotRequired_TheKeyAloneOpens()
    {
        await using var app = await StartAsync(new() { ["WEBSITE_AUTH_ENABLED"] = "True", ["PipelineEntraRequired"] = "false" });

        using var answer = await SendAsync(app, "operator", app.Host.FunctionKey);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    private static Task<TestHost> StartAsync(Dictionary<string, string?> settings) => TestHost.StartAsync(
        [typeof(AccessSamples)],
        (builder, configuration) =>
        {
            builder.Services.AddSingleton<IVolunteerTokens, OneVolunteer>();
            builder.UseAccess(configuration);
        },
        """{"version":"2.0","extensions":{"http":{"routePrefix":""}}}""",
        options: options => options with { Settings = settings });

    private static HttpRequestMessage Request(string route, string? key, string? appRole)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, route);
        if (key is not null)
            request.Headers.Add("x-functions-key", key);
        if (appRole is not null)
        {
            var principal = new { auth_typ = "aad", claims = new[] { new { typ = "name", val = "Ada" }, new { typ = "roles", val = appRole } }, name_typ = "name", role_typ = "roles" };
            request.Headers.Add("X-MS-CLIENT-PRINCIPAL", Convert.ToBase64String(JsonSerializer.SerializeToUtf8Bytes(principal)));
        }
        return request;
    }

    private static async Task<HttpResponseMessage> SendAsync(TestHost app, string route, string? key)
    {
        using var request = Request(route, key, null);
        return await app.Client.SendAsync(request);
    }

    private static async Task<Problem> ProblemAsync(HttpResponseMessage answer)
    {
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        return (await answer.Content.ReadFromJsonAsync<Problem>(Responses.Json))!;
    }

    private static string Hash(string key) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)));

    private sealed class OneVolunteer : IVolunteerTokens
    {
        public Task<string?> FindAsync(string token, CancellationToken cancellationToken) => Task.FromResult(token == "token-1" ? "v1" : null);
    }
}
