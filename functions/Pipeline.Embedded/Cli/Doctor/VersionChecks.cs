using System.Reflection;
using System.Runtime.InteropServices;
using Azure.Storage.Blobs;
using DuckDB.NET.Data;
using Microsoft.Data.Sqlite;
using Parquet;
using SkiaSharp;

namespace Pipeline.Embedded.Cli.Doctor;

/// <summary>What all this is made of.</summary>
internal static class VersionChecks
{
    private const string Area = "versions";
    private const int LeastRuntime = 10;
    private static readonly Version LeastGlibc = new(2, 28);

    // One type of each package whose native part or file format matters.
    private static readonly (string Name, Type Type)[] s_packages =
    [
        ("DuckDB.NET", typeof(DuckDBConnection)), ("Parquet.Net", typeof(ParquetReader)), ("Microsoft.Data.Sqlite", typeof(SqliteConnection)),
        ("SkiaSharp", typeof(SKBitmap)), ("TorchSharp", typeof(TorchSharp.torch)), ("Azure.Storage.Blobs", typeof(BlobServiceClient)),
    ];

    public static IEnumerable<Finding> Look(Patient patient)
    {
        yield return Environment.Version.Major >= LeastRuntime
            ? Finding.Ok(Area, ".NET", RuntimeInformation.FrameworkDescription)
            : Finding.Fault(Area, ".NET", $"{RuntimeInformation.FrameworkDescription}, which is too old", $"Install .NET {LeastRuntime} from https://dot.net.");
        yield return patient.Machine.Sdks is [.., var newest]
            ? Finding.Ok(Area, "SDK", newest)
            : Finding.Warning(Area, "SDK", "none beside the runtime: what is built runs, but nothing can be built", $"Install the .NET {LeastRuntime} SDK from https://dot.net.");
        yield return LookAtSystem(patient.Machine);
        yield return Finding.Ok(Area, "packages", string.Join(", ", s_packages.Select(package => $"{package.Name} {Of(package.Type)}")));
    }

    private static Finding LookAtSystem(Machine machine)
    {
        var system = $"{RuntimeInformation.OSDescription}, {RuntimeInformation.RuntimeIdentifier}";
        if (!OperatingSystem.IsLinux())
            return Finding.Ok(Area, "system", system);
        return machine.Glibc is null ? Finding.Warning(Area, "system", $"{system}, without the GNU C library", "DuckDB and PyTorch are built for it: use a distribution that has it, such as Debian or Ubuntu, not Alpine.")
            : Version.TryParse(machine.Glibc, out var version) && version < LeastGlibc ? Finding.Warning(Area, "system", $"{system}, glibc {machine.Glibc}", $"The native libraries want glibc {LeastGlibc} or later: use a newer distribution.")
            : Finding.Ok(Area, "system", $"{system}, glibc {machine.Glibc}");
    }

    private static string Of(Type type) =>
        type.Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+', '-')[0] ?? type.Assembly.GetName().Version!.ToString();
}
