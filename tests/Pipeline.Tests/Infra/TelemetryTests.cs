using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

namespace Pipeline.Tests.Infra;

public class TelemetryTests
{
    private const string Connection = "InstrumentationKey=00000000-0000-0000-0000-000000000000;IngestionEndpoint=http://127.0.0.1:9/";

    [Theory]
    [InlineData(null, null)]
    [InlineData(" ", null)]
    [InlineData("Authorization=AAD", "")]
    [InlineData("ClientId=some-id;Authorization=AAD", "some-id")]
    [InlineData("authorization=aad; clientid=some-id", "some-id")]
    public void ClientId_HostsOwnSetting_IsReadTheSameWay(string? setting, string? expected) => Assert.Equal(expected, Telemetry.ClientId(setting));

    [Theory]
    [InlineData("ClientId=some-id")]
    [InlineData("Authorization=Key")]
    public void ClientId_AnotherAuthorization_IsRefusedWithTheForm(string setting)
    {
        var error = Assert.Throws<InvalidOperationException>(() => Telemetry.ClientId(setting));

        Assert.Contains("ClientId=ID;Authorization=AAD", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AddPipelineTelemetry_WithoutAConnection_AddsNothing() => Assert.Empty(Services([]));

    [Fact]
    public void AddPipelineTelemetry_WithAConnection_MakesBothProviders()
    {
        using var services = Services(new Dictionary<string, string?>
        {
            [Telemetry.ConnectionSetting] = Connection,
            [Telemetry.AuthenticationSetting] = "ClientId=some-id;Authorization=AAD",
        }).BuildServiceProvider();

        Assert.NotNull(services.GetRequiredService<MeterProvider>());
        Assert.NotNull(services.GetRequiredService<TracerProvider>());
        // Listened to, and so collected.
        Assert.True(PipelineMeter.JobsFailed.Enabled);
    }

    private static IServiceCollection Services(Dictionary<string, string?> settings) =>
        new ServiceCollection().AddPipelineTelemetry(new ConfigurationBuilder().AddInMemoryCollection(settings).Build());
}
