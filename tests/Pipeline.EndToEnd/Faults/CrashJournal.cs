using System.Globalization;
using System.Text;

namespace Pipeline.EndToEnd.Faults;

/// <summary>
/// What ran, in which life of the host. A line is with the operating system before the activity goes on, so no kill loses it. And
/// nothing runs that the test did not permit, so the test can end a life in the middle of the work however fast the machine is.
/// </summary>
public sealed class CrashJournal(string path, int life) : IDisposable
{
    private readonly FileStream _file = new(path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
    private readonly SemaphoreSlim _permits = new(0);
    private readonly Lock _lock = new();

    /// <summary>Lets some more activities run.</summary>
    public void Permit(int activities) => _permits.Release(activities);

    /// <summary>Waits for a permit, records that an activity runs, and tells the test on standard output.</summary>
    public async Task RunAsync(string label, CancellationToken cancellationToken)
    {
        await _permits.WaitAsync(cancellationToken);
        var line = string.Create(CultureInfo.InvariantCulture, $"{life}\t{label}\n");
        lock (_lock)
        {
            _file.Write(Encoding.UTF8.GetBytes(line));
            Console.WriteLine($"runs {label}");
        }
    }

    public static IReadOnlyList<(int Life, string Label)> Read(string path) =>
        [.. File.ReadLines(path).Select(line => line.Split('\t')).Select(parts => (int.Parse(parts[0], CultureInfo.InvariantCulture), parts[1]))];

    public void Dispose()
    {
        _file.Dispose();
        _permits.Dispose();
    }
}
