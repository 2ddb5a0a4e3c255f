using System.Net;
using System.Net.Http.Headers;
using System.Text;

namespace Pipeline.Tests.Hosting;

/// <summary>What HTTP functions do, as observed in the official host.</summary>
public sealed class HttpFunctionTests(HttpFunctionTests.Fixture fixture) : IClassFixture<HttpFunctionTests.Fixture>
{
    private readonly TestHost _host = fixture.Host;

    [Theory]
    [InlineData(null, null, HttpStatusCode.Unauthorized)]
    [InlineData("wrong", null, HttpStatusCode.Unauthorized)]
    [InlineData(null, "wrong", HttpStatusCode.Unauthorized)]
    [InlineData("{durable}", null, HttpStatusCode.Unauthorized)]
    [InlineData("{function}", null, HttpStatusCode.OK)]
    [InlineData(null, "{function}", HttpStatusCode.OK)]
    [InlineData("{master}", null, HttpStatusCode.OK)]
    [InlineData("{function}", "wrong", HttpStatusCode.OK)]
    [InlineData("wrong", "{function}", HttpStatusCode.Unauthorized)]
    public async Task FunctionLevel_Key_DecidesAccess(string? header, string? code, HttpStatusCode expected) =>
        await ExpectAccess("api/guarded", header, code, expected);

    [Theory]
    [InlineData("{function}", HttpStatusCode.Unauthorized)]
    [InlineData("{master}", HttpStatusCode.OK)]
    [InlineData(null, HttpStatusCode.Unauthorized)]
    public async Task AdminLevel_Key_OnlyMasterOpens(string? header, HttpStatusCode expected) =>
        await ExpectAccess("api/admin-only", header, null, expected);

    [Fact]
    public async Task FunctionLevel_BearerToken_IsNoKey()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "api/guarded");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", _host.Host.FunctionKey);
        await Expect(request, HttpStatusCode.Unauthorized, "");
    }

    [Theory]
    [InlineData("POST", "api/guarded")]
    [InlineData("HEAD", "api/guarded")]
    [InlineData("OPTIONS", "api/guarded")]
    [InlineData("GET", "api/nosuch")]
    [InlineData("GET", "Default")]
    [InlineData("GET", "api/int/x")]
    [InlineData("GET", "api/int/99999999999999999999")]
    [InlineData("GET", "api/guid/1")]
    [InlineData("GET", "")]
    public async Task Request_NoSuchRouteOrMethod_IsEmpty404BeforeAnyKey(string method, string path)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        await Expect(request, HttpStatusCode.NotFound, "");
    }

    [Theory]
    [InlineData("GET", "GET")]
    [InlineData("DELETE", "DELETE")]
    [InlineData("OPTIONS", "OPTIONS")]
    [InlineData("HEAD", "")]
    [InlineData("PURGE", "PURGE")]
    public async Task Trigger_WithoutMethods_TakesEveryMethod(string method, string body)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), "api/any");
        await Expect(request, HttpStatusCode.OK, body);
    }

    [Theory]
    [InlineData("api/Default", "default GET")]
    [InlineData("API/DEFAULT/", "default GET")]
    [InlineData("api/int/-7", "int -7")]
    [InlineData("api/guid/6f9619ff-8b86-d011-b42d-00cf4fc964ff", "guid 6f9619ff-8b86-d011-b42d-00cf4fc964ff")]
    [InlineData("api/optional", "null")]
    [InlineData("api/optional/x", "'x'")]
    [InlineData("api/optional/a%20b", "'a b'")]
    [InlineData("api/files", "null")]
    [InlineData("api/files/a/b/c.txt", "'a/b/c.txt'")]
    [InlineData("api/files/a%2Fb", "'a%2Fb'")]
    public async Task Route_Matches_BindsItsParts(string path, string expected)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        await Expect(request, HttpStatusCode.OK, expected);
    }

    [Theory]
    [InlineData("api/query", "null null Red")]
    [InlineData("api/query?q=", "'' null Red")]
    [InlineData("api/query?Q=x", "'x' null Red")]
    [InlineData("api/query?q=x&q=y", "'y' null Red")]
    [InlineData("api/query?top=5&color=Green", "null 5 Green")]
    public async Task Query_Value_ReachesTheParameterOfItsName(string path, string expected)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        await Expect(request, HttpStatusCode.OK, expected);
    }

    [Fact]
    public async Task Query_ValueOfAnotherType_IsEmpty500()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "api/query?top=many");
        await Expect(request, HttpStatusCode.InternalServerError, "");
    }

    [Fact]
    public async Task FromBody_Json_IsReadWithoutRegardToCaseAndAnsweredInCamelCase()
    {
        using var request = Post("api/body", """{"NAME":"n","color":5,"other":1}""");
        var response = await Expect(request, HttpStatusCode.OK, """{"name":"n","color":5,"missing":null}""");
        Assert.Equal("application/json; charset=utf-8", response.Content.Headers.ContentType?.ToString());
    }

    [Theory]
    [InlineData("{")]
    [InlineData("")]
    [InlineData("""{"color":"Green"}""")]
    public async Task FromBody_OtherThanItsJson_IsEmpty500(string body)
    {
        using var request = Post("api/body", body);
        await Expect(request, HttpStatusCode.InternalServerError, "");
    }

    [Fact]
    public async Task Body_OfThreeMegabytes_IsReadWhole()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "api/length") { Content = new ByteArrayContent(new byte[3_000_000]) };
        await Expect(request, HttpStatusCode.OK, "3000000");
    }

    [Fact]
    public async Task Body_OverTheLimit_Is413()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "api/length") { Content = new ByteArrayContent([]) };
        request.Content.Headers.ContentLength = null;
        request.Content = new StreamContent(new EndlessStream(104_857_600 + 1));
        request.Headers.TransferEncodingChunked = true;
        await Expect(request, HttpStatusCode.RequestEntityTooLarge, "");
    }

    [Fact]
    public async Task Function_Throws_IsEmpty500AndIsLogged()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "api/throws");
        await Expect(request, HttpStatusCode.InternalServerError, "");
        Assert.Contains(_host.Logs.All, line => line.Message.StartsWith("Throws failed", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("api/result/text", 200, "text/plain; charset=utf-8", "text")]
    [InlineData("api/result/null", 204, null, "")]
    [InlineData("api/result/problem", 422, "application/problem+json; charset=utf-8", """{"title":"No","status":422}""")]
    [InlineData("api/result/created", 201, "application/json; charset=utf-8", """{"name":"n","color":5,"missing":null}""")]
    [InlineData("api/result/file", 200, "application/octet-stream", "\u0001\u0002\u0003")]
    [InlineData("api/result/other", 404, null, "")]
    [InlineData("api/nothing", 418, null, "")]
    [InlineData("api/plain", 200, "application/json; charset=utf-8", """{"name":"ü","color":5,"missing":null}""")]
    [InlineData("api/minimal", 200, "text/plain; charset=utf-8", "minimal")]
    [InlineData("api/several", 202, null, "")]
    public async Task Result_OfEachKind_IsWrittenAsAspNetCoreDoes(string path, int status, string? type, string body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        var response = await Expect(request, (HttpStatusCode)status, body);
        Assert.Equal(type, response.Content.Headers.ContentType?.ToString());
    }

    [Fact]
    public async Task Result_LocationAndOwnHeader_PassUnchanged()
    {
        Assert.Equal("/there", (await _host.Client.GetAsync("api/result/created")).Headers.Location?.ToString());
        Assert.Equal("own", (await _host.Client.GetAsync("api/result/header")).Headers.GetValues("X-Own").Single());
    }

    [Fact]
    public async Task Context_OfARequest_KnowsFunctionRequestAndBindingData()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "api/context/7?q=x");
        await Expect(
            request,
            HttpStatusCode.OK,
            """{"name":"Context","entryPoint":"Pipeline.Tests.Hosting.HttpSamples.Context","sameRequest":true,"id":"7","q":"x","trigger":"httpTrigger","isGuid":true}""");
    }

    private static HttpRequestMessage Post(string path, string json) =>
        new(HttpMethod.Post, path) { Content = new StringContent(json, Encoding.UTF8, "application/json") };

    private async Task ExpectAccess(string path, string? header, string? code, HttpStatusCode expected)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, code is null ? path : $"{path}?code={Key(code)}");
        if (header is not null) request.Headers.Add("x-functions-key", Key(header));
        await Expect(request, expected, "");
    }

    private string Key(string text) => text
        .Replace("{function}", _host.Host.FunctionKey)
        .Replace("{master}", _host.Host.MasterKey)
        .Replace("{durable}", _host.Host.DurableKey);

    private async Task<HttpResponseMessage> Expect(HttpRequestMessage request, HttpStatusCode status, string body)
    {
        var response = await _host.Client.SendAsync(request);
        Assert.Equal((status, body), (response.StatusCode, await response.Content.ReadAsStringAsync()));
        return response;
    }

    public sealed class Fixture : IAsyncLifetime
    {
        internal TestHost Host { get; private set; } = null!;

        public async Task InitializeAsync() => Host = await TestHost.StartAsync([typeof(HttpSamples)]);

        public async Task DisposeAsync() => await (Host?.DisposeAsync() ?? default);
    }

    /// <summary>So many zeros, without the memory.</summary>
    private sealed class EndlessStream(long length) : Stream
    {
        private long _position;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => _position; set => throw new NotSupportedException(); }

        public override int Read(byte[] buffer, int offset, int count)
        {
            var read = (int)Math.Min(count, length - _position);
            _position += read;
            return read;
        }

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
