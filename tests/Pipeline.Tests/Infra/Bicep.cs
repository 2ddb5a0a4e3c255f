using System.Diagnostics;
using System.Reflection;

namespace Pipeline.Tests.Infra;

/// <summary>The Bicep compiler, from a package that the test project restores for the platform it runs on.</summary>
internal static class Bicep
{
    private static readonly string? s_path = typeof(Bicep).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .FirstOrDefault(attribute => attribute.Key == "BicepPath")?.Value;

    /// <summary>Skips the test where there is no compiler; on a build server it fails.</summary>
    public static void Require()
    {
        if (File.Exists(s_path))
        {
            return;
        }

        const string Message = "This test needs the Bicep compiler, which has no package for this platform: Azure.Bicep.CommandLine.";
        Assert.False(Environment.GetEnvironmentVariable("CI") == "true", Message);
        throw new SkipException(Message);
    }

    /// <summary>Runs the compiler in a folder.</summary>
    /// <returns>How it ended, what it wrote, and what it complained of.</returns>
    public static (int ExitCode, string Output, string Complaints) Run(string folder, params string[] arguments)
    {
        Require();
        MakeExecutable();
        using var process = Process.Start(new ProcessStartInfo(s_path!, arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            // Nothing of this machine, and nothing over the network, has a part in it.
            Environment = { ["BICEP_TRACING_ENABLED"] = "false" },
        })!;
        var complaints = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, complaints.Result);
    }

    // A package is an archive without permissions.
    private static void MakeExecutable()
    {
        if (!OperatingSystem.IsWindows() && !File.GetUnixFileMode(s_path!).HasFlag(UnixFileMode.UserExecute))
        {
            File.SetUnixFileMode(s_path!, File.GetUnixFileMode(s_path!) | UnixFileMode.UserExecute);
        }
    }
}
