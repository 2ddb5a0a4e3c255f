
namespace Pipeline.Embedded.Cli.Doctor;

/// <summary>Folders that the app writes to.</summary>
internal static class FolderChecks
{
    private const long Least = 200L << 20;
    private const long Enough = 2L << 30;

    /// <summary>Looks whether a folder can be written to and has room; one that is not there yet must be makeable.</summary>
    /// <param name="area">The finding's area.</param>
    /// <param name="check">Its name.</param>
    /// <param name="folder">The folder.</param>
    /// <param name="machine">The machine.</param>
    /// <param name="elsewhere">How to use another folder, as the end of a sentence.</param>
    public static Finding Look(string area, string check, string folder, Machine machine, string elsewhere)
    {
        var there = folder;
        while (!Directory.Exists(there))
        {
            if (File.Exists(there))
                return Finding.Fault(area, check, $"{there} is a file, so {folder} cannot be a folder", $"Move the file away, or {elsewhere}.");
            there = Path.GetDirectoryName(there) ?? throw new InvalidOperationException($"'{folder}' is no path on this machine.");
        }
        if (!machine.MayWrite(there))
            return Finding.Fault(area, check, $"{there} cannot be written to by {Environment.UserName}", $"Give the right to write (chmod u+w, or chown), or {elsewhere}.");
        var free = machine.FreeBytes(there);
        var detail = $"{folder} {(there == folder ? "can be written to" : "is made at the first start")}, {ByteSize.Format(free)} free";
        return free < Least ? Finding.Fault(area, check, detail, $"Make room on the disk, or {elsewhere}.")
            : free < Enough ? Finding.Warning(area, check, detail, $"Make room on the disk, or {elsewhere}: data and what tasks spill may not fit.")
            : Finding.Ok(area, check, detail);
    }
}
