using System.Net;
using System.Net.Sockets;
using Pipeline.Embedded.Hosting;

namespace Pipeline.Tests.Hosting;

/// <summary>Keys, ports and the list of functions, as a start makes and shows them.</summary>
public sealed class HostStartTests
{
    [Fact]
    public async Task Keys_FirstStart_AreMadeKeptForTheOwnerOnlyAndShownOnce()
    {
        var root = Directory.CreateTempSubdirectory("pipeline-keys-").FullName;
        try
        {
            string function;
            await using (var first = await TestHost.StartAsync([typeof(HttpSamples)], root: root))
            {
                function = first.Host.FunctionKey;
                Assert.Contains(function, Shown(first.Host));
                Assert.Equal(3, new[] { first.Host.FunctionKey, first.Host.MasterKey, first.Host.DurableKey }.Distinct().Count());
            }

            if (!OperatingSystem.IsWindows())
                Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(root, "keys.json")));
            await using var second = await TestHost.StartAsync([typeof(HttpSamples)], root: root);
            Assert.Equal(function, second.Host.FunctionKey);
            Assert.DoesNotContain(function, Shown(second.Host));
        }
        finally
        {
            Directory.Delete(root, recursive: true);
        }
    }

    [Theory]
    [InlineData("{", "is not valid JSON")]
    [InlineData("""{"master":"m","function":"","durable":null}""", "lacks a key, or one is shorter than 20 characters")]
    public async Task Keys_FileIsMalformed_StartSaysSoAndWhatToDo(string text, string expected)
    {
        var root = Directory.CreateTempSubdirectory("pipeline-keys-").FullName;
        try
        {
            await File.WriteAllTextAsync(Path.Combine(root, "keys.json"), text);

            var error = await Assert.ThrowsAsync<EmbeddedHostException>(() => TestHost.StartAsync([], root: root));

            Assert.Contains(expected, error.Message);
            Assert.Contains("to have the next start make new keys", error.Message);
        }
        finally
        {
            Directory.Delete(root, recursive: true);
        }
    }

    [Fact]
    public async Task Url_PortInUse_StartSaysSoAndOffersAnother()
    {
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        var port = ((IPEndPoint)other.LocalEndpoint).Port;

        var error = await Assert.ThrowsAsync<EmbeddedHostException>(
            () => TestHost.StartAsync([], options: options => options with { Url = new Uri($"http://127.0.0.1:{port}") }));

        Assert.Contains($"Port {port} of 127.0.0.1 is in use", error.Message);
        Assert.Contains($"--port {port + 1}", error.Message);
    }

    [Theory]
    [InlineData("https://127.0.0.1:7071")]
    [InlineData("http://127.0.0.1:7071/api")]
    [InlineData("http://example.org:7071")]
    public async Task Url_NotAnAddressToListenOn_StartSaysSo(string url)
    {
        var error = await Assert.ThrowsAsync<EmbeddedHostException>(
            () => TestHost.StartAsync([], options: options => options with { Url = new Uri(url) }));

        Assert.Contains("is not an address to listen on", error.Message);
    }

    [Fact]
    public async Task Functions_Listed_ShowTriggersMethodsAndUrls()
    {
        await using var host = await TestHost.StartAsync([typeof(HttpSamples), typeof(FunctionCatalogTests.Good)]);

        var shown = Shown(host.Host);

        Assert.Matches(@"(?m)^Http:\r?$", shown);
        Assert.Matches($@"(?m)^  ByInt +\[GET\] {host.Host.BaseAddress}api/int/{{id:int}}\r?$", shown);
        Assert.Matches($@"(?m)^  AnyMethod +\[ANY\] {host.Host.BaseAddress}api/any\r?$", shown);
        Assert.Matches(@"(?m)^  Every +0 0 \* \* \* \*\r?$", shown);
        Assert.Matches(@"(?m)^Activity:\r?\n  Add\r?$", shown);
    }

    private static string Shown(EmbeddedHost host)
    {
        using var writer = new StringWriter();
        host.WriteFunctions(writer);
        return writer.ToString();
    }
}
