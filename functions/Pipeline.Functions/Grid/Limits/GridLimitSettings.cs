using System.Globalization;
using Microsoft.Extensions.Configuration;

namespace Pipeline.Grid.Limits;

/// <summary>How much volunteers may ask of one instance of the app.</summary>
/// <param name="RequestsPerSecondOfAddress">Requests a second from an address, over time; ten times as many at once.</param>
/// <param name="RequestsPerSecondOfHost">Requests a second of a host, over time; ten times as many at once.</param>
/// <param name="RegistrationsPerMinute">Accounts a minute from an address and of a volunteer, over time; ten times as many at once.</param>
/// <param name="RequestsAtOnce">Requests in hand.</param>
/// <param name="WaitsAtOnce">Requests that wait for work to come up; further ones are answered without waiting.</param>
/// <param name="TransfersAtOnce">Uploads in hand, and as many downloads: each holds a buffer of some megabytes.</param>
/// <param name="TransfersAtOnceOfHost">Uploads, and downloads, of one host.</param>
/// <param name="BehindAzure">Whether the platform's front end stands before the app, so that its word on the caller's address counts.</param>
public sealed record GridLimitSettings(
    double RequestsPerSecondOfAddress,
    double RequestsPerSecondOfHost,
    double RegistrationsPerMinute,
    int RequestsAtOnce,
    int WaitsAtOnce,
    int TransfersAtOnce,
    int TransfersAtOnceOfHost,
    bool BehindAzure)
{
    /// <summary>What holds where no setting says otherwise.</summary>
    public static GridLimitSettings Default { get; } = new(100, 10, 10, 1_000, 2_000, 32, 4, false);

    /// <summary>Reads the settings <c>PipelineGrid…</c>.</summary>
    /// <exception cref="InvalidOperationException">One is not a number, or none that makes sense.</exception>
    public static GridLimitSettings Read(IConfiguration configuration) => new(
        Number(configuration, "PipelineGridAddressRequestsPerSecond", Default.RequestsPerSecondOfAddress),
        Number(configuration, "PipelineGridHostRequestsPerSecond", Default.RequestsPerSecondOfHost),
        Number(configuration, "PipelineGridRegistrationsPerMinute", Default.RegistrationsPerMinute),
        (int)Number(configuration, "PipelineGridRequestsAtOnce", Default.RequestsAtOnce),
        (int)Number(configuration, "PipelineGridWaitsAtOnce", Default.WaitsAtOnce),
        (int)Number(configuration, "PipelineGridTransfersAtOnce", Default.TransfersAtOnce),
        Default.TransfersAtOnceOfHost,
        // Azure sets it in every one of its instances, and nobody outside can.
        !string.IsNullOrEmpty(configuration["WEBSITE_INSTANCE_ID"]));

    private static double Number(IConfiguration configuration, string setting, double usual)
    {
        if (configuration[setting] is not { Length: > 0 } text)
            return usual;
        return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && number is >= 0.1 and <= 1e6
            ? number
            : throw new InvalidOperationException($"The setting {setting} must be a number from 0.1 to 1000000; this is '{text}'.");
    }
}
