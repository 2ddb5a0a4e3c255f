using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using Pipeline.Benchmarks.Measuring;

namespace Pipeline.Benchmarks.Simulation;

/// <summary>The same computations in plain C over OpenMPI, compiled here and now with <c>mpicc -O3 -march=native</c>.</summary>
internal sealed class MpiPeer : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private MpiPeer()
    {
    }

    /// <summary>Compiles the peer.</summary>
    /// <returns>Null where there is no MPI; why, in <paramref name="missing"/>.</returns>
    public static MpiPeer? Build(out string missing)
    {
        var peer = new MpiPeer();
        try
        {
            using (var source = Assembly.GetExecutingAssembly().GetManifestResourceStream("peer.c")!)
            using (var file = File.Create(Path.Combine(peer._folder.Path, "peer.c")))
                source.CopyTo(file);
            peer.Run("mpicc", "-O3", "-march=native", "-o", "peer", "peer.c", "-lm");
            missing = "";
            return peer;
        }
        catch (Exception e) when (e is System.ComponentModel.Win32Exception or BenchmarkException)
        {
            peer.Dispose();
            missing = $"The peer is left out: mpicc does not run ({e.Message.Trim()}). On Debian: apt-get install openmpi-bin libopenmpi-dev gcc.";
            return null;
        }
    }

    /// <summary>Runs the peer on some ranks: the seconds that it took, a figure of its result, and the processor's seconds of rank 0.</summary>
    public (double Seconds, double Result, double Processor) Measure(int ranks, params string[] arguments)
    {
        var words = Run("mpirun", ["--oversubscribe", "--bind-to", "none", "-n", ranks.ToString(CultureInfo.InvariantCulture), "./peer", .. arguments]).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        return (double.Parse(words[0], CultureInfo.InvariantCulture), double.Parse(words[1], CultureInfo.InvariantCulture), double.Parse(words[2], CultureInfo.InvariantCulture));
    }

    public void Dispose() => _folder.Dispose();

    private string Run(string program, params string[] arguments)
    {
        var start = ChildProcess.Start(program);
        start.WorkingDirectory = _folder.Path;
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        // In a container one is root, which OpenMPI refuses unless told twice.
        start.Environment["OMPI_ALLOW_RUN_AS_ROOT"] = start.Environment["OMPI_ALLOW_RUN_AS_ROOT_CONFIRM"] = "1";
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? output : throw new BenchmarkException($"{program} failed ({process.ExitCode}): {errors.GetAwaiter().GetResult().Trim()}");
    }
}
