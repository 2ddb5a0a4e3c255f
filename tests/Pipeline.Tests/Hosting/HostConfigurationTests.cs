using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Embedded.Hosting;

namespace Pipeline.Tests.Hosting;

/// <summary>Where settings come from, and what malformed ones are answered with.</summary>
public sealed class HostConfigurationTests
{
    [Theory]
    [InlineData("{", "is not valid JSON")]
    [InlineData("[]", "must hold a JSON object")]
    [InlineData("{}", "needs \"version\": \"2.0\"")]
    [InlineData("""{"version":"2.0","version":"2.0"}""", "version")]
    [InlineData("""{"version":"2.0","logging":{"logLevel":{"default":"Loud"}}}""", "logging.logLevel.default is 'Loud'; it must be one of Trace, Debug")]
    [InlineData("""{"version":"2.0","extensions":{"durableTask":{"maxConcurrentActivityFunctions":0}}}""", "maxConcurrentActivityFunctions is '0'; it must be an integer above 0")]
    public async Task HostJson_Malformed_StartSaysFileAndFault(string text, string expected)
    {
        var error = await Assert.ThrowsAsync<EmbeddedHostException>(() => TestHost.StartAsync([], hostJson: text));

        Assert.Contains("host.json", error.Message);
        Assert.Contains(expected, error.Message);
    }

    [Fact]
    public async Task HostJson_NoSuchFile_StartSaysSo()
    {
        var error = await Assert.ThrowsAsync<EmbeddedHostException>(
            () => TestHost.StartAsync([], options: options => options with { HostJson = "nowhere/host.json" }));

        Assert.Contains("There is no host.json at", error.Message);
    }

    [Fact]
    public async Task HostJson_CommentsAndTrailingCommas_AreRead()
    {
        await using var host = await TestHost.StartAsync([typeof(HttpSamples)], hostJson: """
            { // the usual
              "version": "2.0",
              "extensions": { "http": { "routePrefix": "", }, },
            }
            """);

        Assert.Equal("default GET", await host.Client.GetStringAsync("Default"));
    }

    [Fact]
    public async Task RoutePrefix_OfSeveralSegments_StandsBeforeEveryRoute()
    {
        await using var host = await TestHost.StartAsync(
            [typeof(HttpSamples)], hostJson: """{"version":"2.0","extensions":{"http":{"routePrefix":"/v1/app/"}}}""");

        Assert.Equal("int 5", await host.Client.GetStringAsync("v1/app/int/5"));
        Assert.Contains(host.Host.Functions, f => f.Name == "ByInt" && f.Detail == $"[GET] {host.Host.BaseAddress}v1/app/int/{{id:int}}");
    }

    [Fact]
    public async Task Settings_SameNameInSeveralPlaces_TheStartsOptionsWin()
    {
        var root = Directory.CreateTempSubdirectory("pipeline-settings-").FullName;
        try
        {
            await File.WriteAllTextAsync(
                Path.Combine(root, "local.settings.json"),
                """{"IsEncrypted":false,"Values":{"Here":"local","Both":"local","Section__Key":"nested","Number":5}}""");

            await using var host = await TestHost.StartAsync(
                [], root: root, options: options => options with { Settings = new Dictionary<string, string?> { ["Both"] = "options" } });

            var configuration = host.Host.Services.GetRequiredService<IConfiguration>();
            Assert.Equal(
                ("local", "options", "nested", "5"),
                (configuration["Here"], configuration["Both"], configuration["Section:Key"], configuration["Number"]));
        }
        finally
        {
            Directory.Delete(root, recursive: true);
        }
    }

    [Fact]
    public async Task LocalSettings_Encrypted_StartSaysHowToDecrypt()
    {
        var root = Directory.CreateTempSubdirectory("pipeline-settings-").FullName;
        try
        {
            await File.WriteAllTextAsync(Path.Combine(root, "local.settings.json"), """{"IsEncrypted":true,"Values":{}}""");

            var error = await Assert.ThrowsAsync<EmbeddedHostException>(() => TestHost.StartAsync([], root: root));

            Assert.Contains("func settings decrypt", error.Message);
        }
        finally
        {
            Directory.Delete(root, recursive: true);
        }
    }

    [Fact]
    public async Task Storage_NoneNamed_IsTheDirectoryStoreBelowTheRoot()
    {
        await using var host = await TestHost.StartAsync([]);

        Assert.Equal(Path.Combine(host.Root, "store"), host.Host.Services.GetRequiredService<IConfiguration>()["Pipeline:StoreRoot"]);
    }

    [Theory]
    [InlineData("AzureWebJobsStorage", "UseDevelopmentStorage=true")]
    [InlineData("AzureWebJobsStorage:accountName", "account")]
    [InlineData("AzureWebJobsStorage:blobServiceUri", "https://account.blob.core.windows.net")]
    public async Task Storage_NamedBySettings_LeavesTheDirectoryStoreOut(string key, string value)
    {
        await using var host = await TestHost.StartAsync(
            [], options: options => options with { Settings = new Dictionary<string, string?> { [key] = value } });

        Assert.Null(host.Host.Services.GetRequiredService<IConfiguration>()["Pipeline:StoreRoot"]);
    }

    [Fact]
    public async Task Storage_ConnectionStringOfTheOptions_IsTheSetting()
    {
        await using var host = await TestHost.StartAsync([], options: options => options with { StorageConnectionString = "given" });

        var configuration = host.Host.Services.GetRequiredService<IConfiguration>();
        Assert.Equal(("given", null), (configuration["AzureWebJobsStorage"], configuration["Pipeline:StoreRoot"]));
    }

    [Fact]
    public async Task TimeProvider_OfTheOptions_IsTheAppsClock()
    {
        var time = new Microsoft.Extensions.Time.Testing.FakeTimeProvider();
        await using var host = await TestHost.StartAsync([], options: options => options with { TimeProvider = time });

        Assert.Same(time, host.Host.Services.GetRequiredService<TimeProvider>());
    }
}
