using System.Globalization;
using Xunit.Abstractions;

namespace Pipeline.EndToEnd.Faults;

/// <summary>The seed of a test's random choices, always the same unless PIPELINE_SEED gives another.</summary>
internal static class Seeds
{
    public static int Next(ITestOutputHelper output)
    {
        var seed = int.TryParse(Environment.GetEnvironmentVariable("PIPELINE_SEED"), CultureInfo.InvariantCulture, out var given) ? given : 2001;
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"PIPELINE_SEED={seed}"));
        return seed;
    }
}
