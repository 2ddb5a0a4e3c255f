using System.Runtime.InteropServices;

namespace Pipeline.Training;

/// <summary>Has the allocator of Linux keep what PyTorch frees. Left to itself it hands the memory of every layer back to the system and
/// asks for it again a moment later, page by page: with several workers in a process that was a third of all computing.</summary>
internal static partial class NativeHeap
{
    private const int TrimThreshold = -1;
    private const int MmapThreshold = -3;

    // Larger blocks are still handed back at once; 32 MiB is the most that every glibc takes.
    private const int LargeBlock = 32 * 1024 * 1024;
    private const int Kept = 1024 * 1024 * 1024;

    /// <summary>Keeps freed memory from now on, where the C library can be told so.</summary>
    public static void KeepFreedMemory()
    {
        try
        {
            _ = Tune(MmapThreshold, LargeBlock);
            _ = Tune(TrimThreshold, Kept);
        }
        catch (EntryPointNotFoundException)
        {
            // Not glibc: another allocator, with other habits.
        }
    }

    [LibraryImport("libc", EntryPoint = "mallopt")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Tune(int parameter, int value);
}
