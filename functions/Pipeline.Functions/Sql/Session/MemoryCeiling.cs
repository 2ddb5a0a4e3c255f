using System.Globalization;
using System.Runtime.InteropServices;

namespace Pipeline.Sql;

/// <summary>
/// DuckDB counts what its operators keep, but not all that an expression makes on its way: texts and lists that are joined to themselves
/// grow to tens of gigabytes between two looks at its memory limit. While statements run, the process may therefore grow by some times
/// what they may count, and not beyond what the machine has free; then the C library answers "no" to who asks, and DuckDB ends the
/// statement with an error of its memory. Without this, Linux would grant it and then kill the process. Other systems have no such
/// limit: there it does nothing. The limit counts the whole process, so what is refused may be a small statement beside work that takes
/// gigabytes: see <see cref="SqlMemoryException.MayHeal"/>.
/// </summary>
internal static class MemoryCeiling
{
    private const int DataSegment = 2; // RLIMIT_DATA: private memory that can be written, mapped or not.

    // Who runs a small statement may start threads meanwhile, whose stacks count.
    private const long Least = 256L << 20;

    // What DuckDB does not count, for each byte that it may; and room for what else the process does meanwhile.
    private const int Uncounted = 4;
    private const long Others = 1L << 30;

    private static readonly Lock s_lock = new();
    private static int s_running;
    private static long s_counted;
    private static long s_ceiling;
    private static (long Counted, long Ticks) s_measured;
    private static Limit s_usual;

    /// <summary>Holds the ceiling up until it is disposed of. Those that overlap share it; each measures anew what is free.</summary>
    /// <param name="limit">The memory that the statement may use, in bytes as DuckDB counts them.</param>
    public static Held Hold(long limit)
    {
        if (!OperatingSystem.IsLinux())
            return default;
        lock (s_lock)
        {
            if (s_running == 0 && getrlimit(DataSegment, out s_usual) != 0)
                return default;
            s_running++;
            s_counted += limit;
            Measure();
            _ = setrlimit(DataSegment, s_usual with { Soft = (nuint)Math.Min((ulong)s_ceiling, s_usual.Soft) });
            return new Held(isHeld: true, limit);
        }
    }

    /// <summary>How much more memory the process may take when so many bytes are free, and statements may count so many.</summary>
    internal static long Growth(long free, long counted) => Math.Max(Least, Math.Min(free / 10 * 9, Others + (Uncounted * counted)));

    // A stream runs hundreds of small statements a second, between which not much changes.
    private static void Measure()
    {
        var ticks = Environment.TickCount64;
        if (s_measured.Counted == s_counted && ticks - s_measured.Ticks < 100)
            return;
        s_ceiling = (Kilobytes("/proc/self/status", "VmData:") * 1024) + Growth(Free(), s_counted);
        s_measured = (s_counted, ticks);
    }

    private static void Release(long limit)
    {
        lock (s_lock)
        {
            s_counted -= limit;
            if (--s_running == 0)
                _ = setrlimit(DataSegment, s_usual);
        }
    }

    // What the machine has left, or the container, whose limit .NET knows; a limit that .NET was given counts as one.
    private static long Free() => Math.Min(
        (Kilobytes("/proc/meminfo", "MemAvailable:") + Kilobytes("/proc/meminfo", "SwapFree:")) * 1024,
        GC.GetGCMemoryInfo().TotalAvailableMemoryBytes - Environment.WorkingSet);

    private static long Kilobytes(string file, string name)
    {
        foreach (var line in File.ReadLines(file))
        {
            if (line.StartsWith(name, StringComparison.Ordinal))
                return long.Parse(line.AsSpan(name.Length).Trim().TrimEnd(" kB"), CultureInfo.InvariantCulture);
        }

        return 0;
    }

    /// <summary>A statement under the ceiling.</summary>
    internal readonly struct Held(bool isHeld, long limit) : IDisposable
    {
        public void Dispose()
        {
            if (isHeld)
                Release(limit);
        }
    }

    [StructLayout(LayoutKind.Sequential)]
    private record struct Limit(nuint Soft, nuint Hard);

#pragma warning disable IDE1006, SYSLIB1054, CA5392 // The names are those of the C library; source generation would need unsafe code.
    [DllImport("libc", SetLastError = true)]
    private static extern int getrlimit(int resource, out Limit limit);

    [DllImport("libc", SetLastError = true)]
    private static extern int setrlimit(int resource, in Limit limit);
#pragma warning restore IDE1006, SYSLIB1054, CA5392
}
