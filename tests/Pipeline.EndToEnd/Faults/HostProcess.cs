using System.Diagnostics;
using System.Text;
using System.Threading.Channels;

namespace Pipeline.EndToEnd.Faults;

/// <summary>A program of this build in its own process, whose lines the test reads as they come and which it kills without warning.</summary>
internal sealed class HostProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly Channel<string> _lines = Channel.CreateUnbounded<string>();
    private readonly StringBuilder _said = new();

    private HostProcess(Process process)
    {
        _process = process;
        _process.OutputDataReceived += (_, line) => Hear(line.Data);
        _process.ErrorDataReceived += (_, line) => Hear(line.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        Ended = EndAsync();
    }

    /// <summary>Its process id.</summary>
    public int Id => _process.Id;

    /// <summary>Ends with its exit code.</summary>
    public Task<int> Ended { get; }

    /// <summary>Everything that it has written so far, to either output.</summary>
    public string Said
    {
        get
        {
            lock (_said)
            {
                return _said.ToString();
            }
        }
    }

    /// <summary>The command that runs a program which was built beside the tests.</summary>
    /// <param name="program">Its assembly's name.</param>
    /// <param name="arguments">What it is given.</param>
    public static string[] Command(string program, params string[] arguments) =>
        ["dotnet", Path.Combine(AppContext.BaseDirectory, program + ".dll"), .. arguments];

    /// <summary>Starts a command.</summary>
    /// <param name="command">The program and its arguments.</param>
    /// <param name="workingFolder">The folder that it runs in.</param>
    /// <param name="environment">Variables that it gets beside those of the test.</param>
    public static HostProcess Start(string[] command, string workingFolder, IReadOnlyDictionary<string, string>? environment = null)
    {
        var start = new ProcessStartInfo(command[0], command.Skip(1))
        {
            WorkingDirectory = workingFolder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value;
        }

        return new HostProcess(Process.Start(start)!);
    }

    /// <summary>Waits for the next line that holds a text, and gives what follows the text; lines before it are passed over.</summary>
    public async Task<string> HearAsync(string text, CancellationToken cancellationToken)
    {
        try
        {
            await foreach (var line in _lines.Reader.ReadAllAsync(cancellationToken))
            {
                if (line.IndexOf(text, StringComparison.Ordinal) is var at and >= 0)
                {
                    return line[(at + text.Length)..];
                }
            }
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"The host has not said '{text}'. It said:\n{Said}");
        }

        throw new InvalidOperationException($"The host ended ({await Ended}) before it said '{text}'. It said:\n{Said}");
    }

    /// <summary>Writes a line to its standard input.</summary>
    public async Task SendAsync(string line, CancellationToken cancellationToken)
    {
        await _process.StandardInput.WriteLineAsync(line.AsMemory(), cancellationToken);
        await _process.StandardInput.FlushAsync(cancellationToken);
    }

    /// <summary>Closes its standard input, which tells the hosts of this assembly to stop in order.</summary>
    public void CloseInput() => _process.StandardInput.Close();

    /// <summary>Sends it a signal, such as STOP or CONT.</summary>
    public async Task SignalAsync(string signal)
    {
        using var kill = Process.Start("kill", [$"-{signal}", $"{Id}"]);
        await kill.WaitForExitAsync();
    }

    /// <summary>SIGKILL: the process runs not one instruction more.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await Ended;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            await KillAsync();
        }

        _process.Dispose();
    }

    // When this ends, all lines have been heard.
    private async Task<int> EndAsync()
    {
        await _process.WaitForExitAsync();
        _lines.Writer.TryComplete();
        return _process.ExitCode;
    }

    private void Hear(string? line)
    {
        if (line is not null)
        {
            lock (_said)
            {
                _said.AppendLine(line);
            }

            _lines.Writer.TryWrite(line);
        }
    }
}
