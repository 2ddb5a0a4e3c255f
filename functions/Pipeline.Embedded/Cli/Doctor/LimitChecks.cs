using Pipeline.Embedded.Cli.Rendering;

namespace Pipeline.Embedded.Cli.Doctor;

/// <summary>What the machine gives to this process.</summary>
internal static class LimitChecks
{
    private const string Area = "limits";
    private const long EnoughMemory = 2L << 30;
    private const long EnoughFiles = 4_096;

    public static IEnumerable<Finding> Look(Patient patient)
    {
        var machine = patient.Machine;
        yield return machine.Processors >= 2
            ? Finding.Ok(Area, "processors", Shown.Number(machine.Processors))
            : Finding.Warning(Area, "processors", "1: tasks wait for each other", "Give the machine or container a second processor.");
        yield return machine.Memory >= EnoughMemory
            ? Finding.Ok(Area, "memory", ByteSize.Format(machine.Memory))
            : Finding.Warning(Area, "memory", $"{ByteSize.Format(machine.Memory)}: a task may use 1 GB before it spills to disk",
                "Give more, or lower options.memoryPerTask and options.parallelTasks in the specs.");
        if (machine.OpenFiles is { } files)
        {
            yield return files >= EnoughFiles
                ? Finding.Ok(Area, "open files", Shown.Number(files))
                : Finding.Warning(Area, "open files", $"{Shown.Number(files)}: many connections or partitions at once will fail with 'too many open files'",
                    $"Raise the limit: ulimit -n {EnoughFiles} in the shell, LimitNOFILE= in a systemd unit.");
        }
        yield return FolderChecks.Look(Area, "temporary folder", Path.GetTempPath(), machine, "set TMPDIR to another folder");
    }
}
