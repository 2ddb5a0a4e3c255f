using System.Runtime.InteropServices;

namespace Pipeline.Storage;

/// <summary>Changes to folders that outlive a loss of power. .NET can flush files, but not the folders that name them.</summary>
internal static class DurableFolder
{
    private const int NoEntry = 2;
    private const int CrossDevice = 18;

    /// <summary>Makes a folder and those above it.</summary>
    public static void Create(string folder)
    {
        if (Directory.Exists(folder)) return;
        var parent = Path.GetDirectoryName(folder);
        if (parent is not null) Create(parent);
        Directory.CreateDirectory(folder);
        if (parent is not null) Flush(parent);
    }

    /// <summary>Puts a file in the place of another at once.</summary>
    /// <returns>False where the target's folder is gone.</returns>
    /// <exception cref="StorageException">The two are on different file systems.</exception>
    public static bool TryRename(string from, string to)
    {
        if (OperatingSystem.IsWindows())
        {
            try
            {
                File.Move(from, to, overwrite: true);
                return true;
            }
            catch (DirectoryNotFoundException)
            {
                return false;
            }
        }

        // Not File.Move: between file systems that copies, and readers would see half a file.
        if (rename(from, to) == 0) return true;
        var error = Marshal.GetLastPInvokeError();
        return error switch
        {
            NoEntry when File.Exists(from) => false,
            CrossDevice => throw new StorageException(
                $"'{to}' is on another file system than '{from}', so it cannot be replaced at once. " +
                "Keep the whole store on one file system: no links or mounts to others in folders that are written to."),
            _ => throw new IOException($"'{from}' cannot be renamed to '{to}': {Marshal.GetPInvokeErrorMessage(error)}", error),
        };
    }

    /// <summary>Removes a folder and those above it, as far as they are empty.</summary>
    public static void RemoveEmpty(string folder, string upTo)
    {
        try
        {
            for (; folder.Length > upTo.Length; folder = Path.GetDirectoryName(folder)!)
            {
                if (File.GetAttributes(folder).HasFlag(FileAttributes.ReparsePoint)) return;
                Directory.Delete(folder);
            }
        }
        catch (IOException)
        {
            // Not empty, or another has removed it: either way there is no more to do.
        }
    }

    /// <summary>Flushes a folder's own entries to the disk. Windows does so by itself.</summary>
    public static void Flush(string folder)
    {
        if (OperatingSystem.IsWindows()) return;
        var descriptor = open(folder, 0);
        if (descriptor < 0) return; // gone again
        _ = fsync(descriptor);
        _ = close(descriptor);
    }

#pragma warning disable IDE1006, SYSLIB1054, CA5392 // The names are those of the C library; source generation would need unsafe code.
    [DllImport("libc", SetLastError = true)]
    private static extern int rename(
        [MarshalAs(UnmanagedType.LPUTF8Str)] string from, [MarshalAs(UnmanagedType.LPUTF8Str)] string to);

    [DllImport("libc", SetLastError = true)]
    private static extern int open([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags);

    [DllImport("libc", SetLastError = true)]
    private static extern int fsync(int descriptor);

    [DllImport("libc", SetLastError = true)]
    private static extern int close(int descriptor);
#pragma warning restore IDE1006, SYSLIB1054, CA5392
}
