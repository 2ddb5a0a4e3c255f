using System.Globalization;
using Pipeline.Grid.Scheduling;
using Pipeline.Jobs;

namespace Pipeline.Grid.Wire;

/// <summary>Holds what strangers send to its bounds, and names every fault at once.</summary>
public static class WireChecks
{
    /// <summary>Tasks that a host may take at a time.</summary>
    public const int MaxTasks = 256;

    /// <summary>Reports in one request.</summary>
    public const int MaxReports = 200;

    /// <summary>The longest wait for work, in seconds.</summary>
    public const double MaxWaitSeconds = 30;

    private const int MaxApplications = 64;
    private const int MaxNamed = 1_000;
    private const int MaxText = 100;
    private const int MaxError = 2_000;

    // Far beyond any machine, and far below what would overflow a sum.
    private const long MaxBytes = 1L << 50;
    private const double MaxSeconds = 1e9;
    private const double MaxFlops = 1e18;

    /// <summary>Checks a volunteer's wishes.</summary>
    /// <exception cref="SpecException">They are not within bounds.</exception>
    public static void Check(VolunteerRequest request)
    {
        var faults = new Faults();
        faults.Text("/name", request.Name, 1, 50);
        faults.ThrowIfAny();
    }

    /// <summary>Checks what a host says of itself.</summary>
    /// <exception cref="SpecException">It is not within bounds.</exception>
    public static void Check(HostRequest request)
    {
        var (faults, facts) = (new Faults(), request.Facts);
        faults.Number("/facts/cores", facts.Cores, 1, 4_096);
        faults.Number("/facts/memoryBytes", facts.MemoryBytes, 0, MaxBytes);
        faults.Number("/facts/diskBytes", facts.DiskBytes, 0, MaxBytes);
        faults.Number("/facts/flopsPerSecond", facts.FlopsPerSecond, 0, MaxFlops);
        faults.Text("/facts/platform", facts.Platform, 1, MaxText);
        faults.Text("/facts/clientVersion", facts.ClientVersion, 1, MaxText);
        faults.ThrowIfAny();
    }

    /// <summary>Checks a request for work.</summary>
    /// <exception cref="SpecException">It is not within bounds.</exception>
    public static void Check(WorkRequest request)
    {
        var faults = new Faults();
        faults.Number("/seconds", request.Seconds, 0, MaxSeconds);
        faults.Number("/maxTasks", request.MaxTasks, 0, MaxTasks);
        faults.Number("/memoryBytes", request.MemoryBytes, 0, MaxBytes);
        faults.Number("/diskBytes", request.DiskBytes, 0, MaxBytes);
        faults.Number("/waitSeconds", request.WaitSeconds, 0, MaxWaitSeconds);
        faults.Each("/applications", request.Applications, MaxApplications, (pointer, application) =>
        {
            faults.Id(pointer + "/name", application.Name);
            faults.Number(pointer + "/version", application.Version, 1, int.MaxValue);
        });
        faults.Each("/cachedFiles", request.CachedFiles, MaxNamed, faults.Sha256);
        faults.Each("/heldResults", request.HeldResults, MaxNamed, faults.Id);
        faults.ThrowIfAny();
    }

    /// <summary>Checks reports.</summary>
    /// <exception cref="SpecException">They are not within bounds.</exception>
    public static void Check(ReportRequest request)
    {
        var faults = new Faults();
        if (request.Reports.Count == 0)
            faults.Add("/reports", "There must be at least one report.");
        faults.Each("/reports", request.Reports, MaxReports, (pointer, report) => Check(report, pointer, faults));
        faults.ThrowIfAny();
    }

    /// <summary>Checks a heartbeat.</summary>
    /// <exception cref="SpecException">It is not within bounds.</exception>
    public static void Check(HeartbeatRequest request)
    {
        var faults = new Faults();
        faults.Each("/tasks", request.Tasks, MaxNamed, (pointer, task) =>
        {
            faults.Id(pointer + "/resultId", task.ResultId);
            faults.Number(pointer + "/fractionDone", task.FractionDone, 0, 1);
            faults.Number(pointer + "/cpuSeconds", task.CpuSeconds, 0, MaxSeconds);
        });
        faults.ThrowIfAny();
    }

    private static void Check(ResultReport report, string pointer, Faults faults)
    {
        faults.Id(pointer + "/resultId", report.ResultId);
        faults.Number(pointer + "/cpuSeconds", report.CpuSeconds, 0, MaxSeconds);
        faults.Number(pointer + "/elapsedSeconds", report.ElapsedSeconds, 0, MaxSeconds);
        faults.Number(pointer + "/claimedCredit", report.ClaimedCredit, 0, MaxFlops);
        faults.Number(pointer + "/resultBytes", report.ResultBytes, 0, MaxBytes);
        if (report.Error is { Length: > MaxError })
            faults.Add(pointer + "/error", $"It has {report.Error.Length} characters; at most {MaxError} are allowed.");
        if (report.Success)
            faults.Sha256(pointer + "/resultSha256", report.ResultSha256);
        else if (report.ResultSha256 is not null)
            faults.Add(pointer + "/resultSha256", "A result that failed has no file, and must have null here.");
    }

    private sealed class Faults
    {
        private const int Most = 50;

        private readonly List<SpecFault> _faults = [];

        public void Add(string pointer, string detail)
        {
            if (_faults.Count < Most)
                _faults.Add(new SpecFault(pointer, detail));
        }

        public void Number(string pointer, double value, double least, double most)
        {
            if (!(value >= least && value <= most))
                Add(pointer, string.Create(CultureInfo.InvariantCulture, $"It must be a number from {least} to {most}."));
        }

        public void Text(string pointer, string? text, int least, int most)
        {
            if (text is null || text.Trim().Length < least || text.Length > most || text.Any(c => char.IsControl(c) || char.IsSurrogate(c) || c is '\u202A' or '\u202B' or '\u202D' or '\u202E'))
                Add(pointer, $"It must be a text of {least} to {most} characters that can be shown on a line.");
        }

        public void Id(string pointer, string? text)
        {
            if (!GridNames.IsId(text))
                Add(pointer, $"It must be 1 to {GridNames.MaxIdLength} letters, digits, '-' or '_'.");
        }

        public void Sha256(string pointer, string? text)
        {
            if (!GridNames.IsSha256(text))
                Add(pointer, "It must be a SHA-256 in lower-case hexadecimal: 64 characters.");
        }

        public void Each<T>(string pointer, IReadOnlyList<T> items, int most, Action<string, T> check)
        {
            if (items.Count > most)
            {
                Add(pointer, $"It has {items.Count} elements; at most {most} are allowed.");
                return;
            }
            for (var i = 0; i < items.Count; i++)
            {
                var at = string.Create(CultureInfo.InvariantCulture, $"{pointer}/{i}");
                // The elements of a list are not held to their annotations by the reader.
                if (items[i] is null)
                    Add(at, "It must not be null.");
                else
                    check(at, items[i]);
            }
        }

        public void ThrowIfAny()
        {
            if (_faults.Count > 0)
                throw new SpecException(_faults, ProblemTypes.InvalidRequest);
        }
    }
}
