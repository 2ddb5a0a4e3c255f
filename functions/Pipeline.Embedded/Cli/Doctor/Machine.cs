using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Pipeline.Embedded.Cli.Doctor;

/// <summary>What <c>doctor</c> asks of the machine, so that tests can put a worse one in its place. Nothing of it writes.</summary>
internal sealed record Machine
{
    private const int WriteAndSearch = 2 | 1; // W_OK | X_OK

    /// <summary>Processors that this process may use.</summary>
    public int Processors { get; init; } = Environment.ProcessorCount;

    /// <summary>Bytes of memory that this process may use.</summary>
    public long Memory { get; init; } = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;

    /// <summary>Files and connections that this process may have open; null where the system does not say.</summary>
    public long? OpenFiles { get; init; } = ReadOpenFiles();

    /// <summary>Bits of the widest vectors that the processor computes with.</summary>
    public int VectorBits { get; init; } =
        System.Runtime.Intrinsics.Vector512.IsHardwareAccelerated ? 512
        : System.Runtime.Intrinsics.Vector256.IsHardwareAccelerated ? 256
        : System.Runtime.Intrinsics.Vector128.IsHardwareAccelerated ? 128 : 64;

    /// <summary>The version of the GNU C library; null on other systems.</summary>
    public string? Glibc { get; init; } = ReadGlibc();

    /// <summary>The versions of the .NET SDK beside the runtime that this process uses.</summary>
    public IReadOnlyList<string> Sdks { get; init; } = ReadSdks();

    /// <summary>Bytes that are free on the disk of a folder.</summary>
    public Func<string, long> FreeBytes { get; init; } = folder => new DriveInfo(folder).AvailableFreeSpace;

    /// <summary>Whether this process may make files in a folder that is there.</summary>
    public Func<string, bool> MayWrite { get; init; } = ReadMayWrite;

    /// <summary>Whether a port of 127.0.0.1 can be listened on; an error where it cannot.</summary>
    public Func<int, SocketError> Listen { get; init; } = TryListen;

    /// <summary>The native libraries: each loads and says what it is, or throws.</summary>
    public IReadOnlyList<NativeLibraryCheck> Libraries { get; init; } = NativeLibraryCheck.All;

    private static SocketError TryListen(int port)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ExclusiveAddressUse = true };
        try
        {
            socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
            socket.Listen();
            return SocketError.Success;
        }
        catch (SocketException e)
        {
            return e.SocketErrorCode;
        }
    }

    private static bool ReadMayWrite(string folder)
    {
        if (!OperatingSystem.IsWindows())
            return NativeMethods.Access(folder, WriteAndSearch) == 0;
        // Access lists are long to read right; the attribute is what can be seen without writing.
        return !new DirectoryInfo(folder).Attributes.HasFlag(FileAttributes.ReadOnly);
    }

    private static long? ReadOpenFiles()
    {
        const string Limits = "/proc/self/limits";
        if (!File.Exists(Limits))
            return null;
        var line = File.ReadLines(Limits).FirstOrDefault(l => l.StartsWith("Max open files", StringComparison.Ordinal));
        return line?["Max open files".Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries) is [var soft, ..]
            && long.TryParse(soft, NumberStyles.None, CultureInfo.InvariantCulture, out var files) ? files : null;
    }

    private static string? ReadGlibc()
    {
        if (!OperatingSystem.IsLinux())
            return null;
        try
        {
            return Marshal.PtrToStringUTF8(NativeMethods.GlibcVersion());
        }
        catch (Exception e) when (e is DllNotFoundException or EntryPointNotFoundException)
        {
            return null; // musl, for instance
        }
    }

    private static IReadOnlyList<string> ReadSdks()
    {
        var folder = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", "sdk"));
        return Directory.Exists(folder) ? [.. Directory.EnumerateDirectories(folder).Select(sdk => Path.GetFileName(sdk)!).Order(StringComparer.Ordinal)] : [];
    }

    private static class NativeMethods
    {
        [DllImport("libc", EntryPoint = "access")]
        [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
        public static extern int Access([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int mode);

        [DllImport("libc", EntryPoint = "gnu_get_libc_version")]
        [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
        public static extern IntPtr GlibcVersion();
    }
}
