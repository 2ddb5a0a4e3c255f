using System.Globalization;
using System.Runtime.InteropServices;

namespace Pipeline.Benchmarks.Measuring;

/// <summary>What the figures were measured on.</summary>
internal static class Machine
{
#if DEBUG
    private const string Build = "Debug build: these figures say nothing about speed, run with -c Release";
#else
    private const string Build = "Release build";
#endif

    public static string Describe() => string.Create(CultureInfo.InvariantCulture,
        $"Machine: {Processor()}, {Environment.ProcessorCount} cores, {GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / (double)(1 << 30):0.#} GiB, {RuntimeInformation.OSDescription}, {RuntimeInformation.FrameworkDescription}, {Build}");

    private static string Processor()
    {
        const string cpuInfo = "/proc/cpuinfo";
        var model = File.Exists(cpuInfo) ? File.ReadLines(cpuInfo).FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal)) : null;
        return model?.Split(':')[1].Trim() ?? RuntimeInformation.ProcessArchitecture.ToString();
    }
}
