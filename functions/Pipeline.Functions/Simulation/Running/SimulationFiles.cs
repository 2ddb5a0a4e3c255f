using System.Globalization;
using Pipeline.Jobs;

namespace Pipeline.Simulation.Running;

/// <summary>The names of a simulation's blobs. Numbers are padded, so that listings are in their order.</summary>
internal static class SimulationFiles
{
    public static string Messages(string job, string run) => $"{JobFiles.Work(job, run)}messages/";

    public static string Messages(string job, string run, int attempt, long superstep) => string.Create(CultureInfo.InvariantCulture, $"{Messages(job, run)}{attempt:D4}/{superstep:D12}/");

    public static string Message(string job, string run, int attempt, long superstep, int from, int to) =>
        string.Create(CultureInfo.InvariantCulture, $"{Messages(job, run, attempt, superstep)}{from}-{to}");

    public static string Stopped(string job, string run) => $"{JobFiles.Work(job, run)}stopped/";

    /// <summary>Says that a host of an attempt has stopped, so that others need not wait for its messages.</summary>
    public static string Stopped(string job, string run, int attempt) => string.Create(CultureInfo.InvariantCulture, $"{Stopped(job, run)}{attempt:D4}");

    /// <summary>The versions of the files that the run's parameters name.</summary>
    public static string Inputs(string job, string run) => $"{JobFiles.Work(job, run)}inputs.json";

    public static string Checkpoints(string job, string run) => $"{JobFiles.Work(job, run)}checkpoints/";

    public static string Checkpoint(string job, string run, long superstep) => string.Create(CultureInfo.InvariantCulture, $"{Checkpoints(job, run)}{superstep:D12}/");

    public static string Checkpoint(string job, string run, long superstep, int host, int hosts) => string.Create(CultureInfo.InvariantCulture, $"{Checkpoint(job, run, superstep)}{host:D4}-of-{hosts:D4}");

    /// <summary>Names the job's last whole checkpoint, for jobs that go on from it.</summary>
    public static string LastCheckpoint(string job) => $"{job}/checkpoint.json";

    public static string Outputs(string job, string run) => $"{JobFiles.Work(job, run)}outputs/";

    public static string Output(string job, string run, long superstep) => string.Create(CultureInfo.InvariantCulture, $"{Outputs(job, run)}{superstep:D12}/");

    public static string Output(string job, string run, long superstep, int host) => string.Create(CultureInfo.InvariantCulture, $"{Output(job, run, superstep)}{host:D4}");

    /// <summary>The figures of an output, until they become rows of the result.</summary>
    public static string Figures(string job, string run) => $"{JobFiles.Work(job, run)}figures/";

    public static string Figures(string job, string run, long superstep) => string.Create(CultureInfo.InvariantCulture, $"{Figures(job, run)}{superstep:D12}.json");

    public static string ColourRange(string job, string run) => $"{JobFiles.Work(job, run)}colours.json";

    // In the container of results:

    public static string Field(string job, string run, long superstep) => string.Create(CultureInfo.InvariantCulture, $"{ResultFolder(job, run)}fields/superstep={superstep:D9}.parquet");

    public static string Frames(string job, string run) => $"{ResultFolder(job, run)}frames/";

    public static string Frame(string job, string run, long number) => string.Create(CultureInfo.InvariantCulture, $"{Frames(job, run)}{number:D6}.png");

    public static string Animation(string job, string run) => $"{ResultFolder(job, run)}animation.png";

    public static string Diagnostics(string job, string run) => $"{ResultFolder(job, run)}diagnostics.parquet";

    private static string ResultFolder(string job, string run) => $"{JobFiles.Result(job)}{run}/";
}
