using System.Diagnostics;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Pipeline.Access;
using Pipeline.Tests.Hosting;

namespace Pipeline.Tests.Access;

/// <summary>No secret gets into a log, whoever writes it.</summary>
public class SecretScrubberTests
{
    private const string Secret = "Zm9vYmFyMTIzNDU2Nzg5MA==";

    private readonly SecretScrubber _scrubber = new(Settings(("HOOK_SECRET", "correct horse battery"), ("AzureWebJobsStorage", $"DefaultEndpointsProtocol=https;AccountName=a;AccountKey={Secret};"), ("Colour", "a long innocent value")));

    [Theory]
    [InlineData("DefaultEndpointsProtocol=https;AccountName=data;AccountKey=abc+/123==;EndpointSuffix=core.windows.net", "abc+/123==")]
    [InlineData("Endpoint=sb://x/;SharedAccessKeyName=Root;SharedAccessKey=abc123def=", "abc123def")]
    [InlineData("GET https://data.blob.core.windows.net/c/b?sv=2024&sig=abc%2B123&se=2026 failed", "abc%2B123")]
    [InlineData("Authorization: SharedAccessSignature sr=sb%3A%2F%2Fx&sig=abc%3D&se=1&skn=Root", "abc%3D")]
    [InlineData("POST /api/jobs?code=thekey123&top=5", "thekey123")]
    [InlineData("header x-functions-key: thekey123", "thekey123")]
    [InlineData("Headers: [x-functions-key, [thekey123]]", "thekey123")]
    [InlineData("Authorization: Bearer abcdef0123456789", "abcdef0123456789")]
    [InlineData("token eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.abcDEF_-123 refused", "eyJzdWIiOiIxMjM0In0")]
    [InlineData("amqps://user:word@host:5671/", "word")]
    [InlineData("Server=db;User=sa;Password=hunter2secret;", "hunter2secret")]
    [InlineData("client_secret=abc~123&grant_type=x", "abc~123")]
    [InlineData("""{"name":"x","password":"hunter2secret"}""", "hunter2secret")]
    [InlineData("""{"masterKey":"abcdef"}""", "abcdef")]
    [InlineData("-----BEGIN EC PRIVATE KEY-----\nMHcCAQEEIIs\n-----END EC PRIVATE KEY-----", "MHcCAQEEIIs")]
    [InlineData("the hook uses correct horse battery for signing", "correct horse battery")]
    [InlineData("found Zm9vYmFyMTIzNDU2Nzg5MA== somewhere", Secret)]
    public void Scrub_ASecret_IsGoneAndTheRestStays(string text, string secret)
    {
        var clean = _scrubber.Scrub(text);

        Assert.DoesNotContain(secret, clean, StringComparison.Ordinal);
        Assert.Contains(SecretScrubber.Mark, clean, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("datasets/flights/key=value/part-0.parquet has 12 rows")]
    [InlineData("partitionKey=symbol, Idempotency-Key: vwap/1/input-2")]
    [InlineData("""{"partitionKey":"symbol","token":"","code":200}""")]
    [InlineData("select a.key, b.token from t where design=1 and passwords > 0")]
    [InlineData("a long innocent value of a setting")]
    [InlineData("https://example.net:8080/path@2x.png")]
    public void Scrub_WhatIsNoSecret_IsTheVerySameText(string text) => Assert.Same(text, _scrubber.Scrub(text));

    [Fact]
    public void Scrub_AMegabyteThatNearlyLooksLikeSecrets_TakesNoTime()
    {
        var text = string.Concat(Enumerable.Repeat("-----BEGIN PRIVATE KEY----- ://a:eyJaaaaaaaaa.", 20_000));
        var watch = Stopwatch.StartNew();

        _scrubber.Scrub(text);

        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(20), $"It took {watch.Elapsed}.");
    }

    [Fact]
    public void Log_ASecretAsAValue_IsGoneFromMessageValuesAndException()
    {
        var seen = new Capture();
        using var services = new ServiceCollection().AddSingleton<IConfiguration>(Settings()).AddLogging(logging => logging.AddProvider(seen)).ScrubLogs().ScrubLogs().BuildServiceProvider();
        var logger = services.GetRequiredService<ILogger<SecretScrubberTests>>();

        logger.LogWarning(new InvalidOperationException("inner AccountKey=abc123"), "Connecting with x-functions-key: {Value} as {Name}", "thekey123", "somebody");

        var (message, values, exception) = Assert.Single(seen.Entries);
        Assert.Equal("Connecting with x-functions-key: [secret] as somebody", message);
        Assert.Equal("somebody", values.Single(v => v.Key == "Name").Value);
        Assert.Equal(SecretScrubber.Mark, values.Single(v => v.Key == "Value").Value);
        Assert.DoesNotContain("abc123", exception!.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("abc123", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Log_OfTheHost_HoldsNoneOfItsKeys()
    {
        await using var app = await TestHost.StartAsync([typeof(AccessSamples)], (builder, configuration) => builder.UseAccess(configuration));

        app.Host.Services.GetRequiredService<ILogger<SecretScrubberTests>>().LogWarning("Keys {A} {B} {C}", app.Host.FunctionKey, app.Host.MasterKey, app.Host.ReaderKey);

        Assert.Equal("Keys [secret] [secret] [secret]", await app.Logs.WaitForAsync("Keys "));
    }

    private static IConfiguration Settings(params (string Name, string Value)[] settings) =>
        new ConfigurationBuilder().AddInMemoryCollection(settings.Select(s => new KeyValuePair<string, string?>(s.Name, s.Value))).Build();

    private sealed class Capture : ILoggerProvider, ILogger
    {
        public List<(string Message, IReadOnlyList<KeyValuePair<string, object?>> Values, Exception? Exception)> Entries { get; } = [];

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Entries.Add((formatter(state, exception), [.. (IEnumerable<KeyValuePair<string, object?>>)state!], exception));

        public void Dispose()
        {
        }
    }
}
