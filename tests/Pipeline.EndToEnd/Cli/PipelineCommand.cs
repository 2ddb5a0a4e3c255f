using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text;

namespace Pipeline.EndToEnd.Cli;

/// <summary>The real executable in a process of its own, as a user's shell would start it.</summary>
internal sealed class PipelineCommand : IAsyncDisposable
{
    private const int SigInt = 2;
    private const int SigTerm = 15;

    // A command that hangs must not hang the build with it.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly Process _process;
    private readonly Lines _out;
    private readonly Lines _error;

    private PipelineCommand(Process process)
    {
        _process = process;
        _out = new Lines(process.StandardOutput);
        _error = new Lines(process.StandardError);
    }

    /// <summary>What a command that has ended wrote, and its exit code.</summary>
    public sealed record Outcome(int ExitCode, string Out, string Error)
    {
        /// <summary>Fails the test, with all that was written, unless the exit code is this one.</summary>
        public Outcome Expect(int exitCode)
        {
            Assert.True(ExitCode == exitCode, $"Exit code {ExitCode} instead of {exitCode}.\n--- out\n{Out}\n--- error\n{Error}");
            return this;
        }
    }

    public int ProcessId => _process.Id;

    /// <summary>Starts a command.</summary>
    /// <param name="folder">Its working folder.</param>
    /// <param name="args">Its arguments.</param>
    /// <param name="input">Its standard input.</param>
    /// <param name="variables">Environment variables beside those of this process; null takes one away.</param>
    public static PipelineCommand Start(string folder, IEnumerable<string> args, string input = "", IEnumerable<(string Name, string? Value)>? variables = null)
    {
        var start = new ProcessStartInfo("dotnet") { WorkingDirectory = folder };
        foreach (var arg in new[] { "exec", Path.Combine(AppContext.BaseDirectory, "Pipeline.Embedded.dll") }.Concat(args))
            start.ArgumentList.Add(arg);
        foreach (var (name, value) in new (string, string?)[] { ("PIPELINE_URL", null), ("PIPELINE_KEY", null), ("AzureWebJobsStorage", null) }.Concat(variables ?? []))
            start.Environment[name] = value;
        return Start(start, input);
    }

    /// <summary>Starts another program.</summary>
    public static PipelineCommand Start(ProcessStartInfo start, string input = "")
    {
        start.RedirectStandardInput = start.RedirectStandardOutput = start.RedirectStandardError = true;
        start.StandardOutputEncoding = start.StandardErrorEncoding = Encoding.UTF8;
        var process = Process.Start(start)!;
        process.StandardInput.Write(input);
        process.StandardInput.Close();
        return new PipelineCommand(process);
    }

    /// <summary>Runs a command to its end.</summary>
    public static async Task<Outcome> RunAsync(string folder, params string[] args)
    {
        await using var command = Start(folder, args);
        return await command.EndAsync();
    }

    /// <summary>Waits for the end.</summary>
    public async Task<Outcome> EndAsync()
    {
        using var limit = new CancellationTokenSource(Patience);
        try
        {
            await _process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            Assert.Fail($"It has not ended after {Patience}.\n--- out\n{_out.Text}\n--- error\n{_error.Text}");
        }
        await Task.WhenAll(_out.Ended, _error.Ended);
        return new Outcome(_process.ExitCode, _out.Text, _error.Text);
    }

    /// <summary>Waits for a line of standard output that begins like this.</summary>
    public Task<string> OutLineAsync(string start) => LineAsync(_out, start);

    /// <summary>Waits for a line of standard error that begins like this.</summary>
    public Task<string> ErrorLineAsync(string start) => LineAsync(_error, start);

    /// <summary>What Ctrl-C does.</summary>
    public void Interrupt() => Signal(SigInt);

    /// <summary>What a service manager does.</summary>
    public void Terminate() => Signal(SigTerm);

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync();
        }
        _process.Dispose();
    }

    private async Task<string> LineAsync(Lines lines, string start)
    {
        using var limit = new CancellationTokenSource(Patience);
        try
        {
            return await lines.FirstAsync(start, limit.Token);
        }
        catch (OperationCanceledException)
        {
            throw new InvalidOperationException($"No line '{start}…' after {Patience}.\n--- out\n{_out.Text}\n--- error\n{_error.Text}");
        }
        catch (EndOfStreamException)
        {
            throw new InvalidOperationException($"It ended without a line '{start}…'.\n--- out\n{_out.Text}\n--- error\n{_error.Text}");
        }
    }

    private void Signal(int number) => Assert.Equal(0, NativeMethods.Kill(_process.Id, number));

    /// <summary>One of the streams, line by line as it comes.</summary>
    private sealed class Lines
    {
        private readonly ConcurrentQueue<string> _lines = new();
        private volatile TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Lines(StreamReader reader) => Ended = ReadAsync(reader);

        public Task Ended { get; }

        public string Text => string.Concat(_lines.Select(line => line + "\n"));

        public async Task<string> FirstAsync(string start, CancellationToken cancellationToken)
        {
            while (true)
            {
                var (changed, ended) = (_changed.Task, Ended.IsCompleted);
                if (_lines.FirstOrDefault(line => line.StartsWith(start, StringComparison.Ordinal)) is { } found)
                    return found;
                if (ended)
                    throw new EndOfStreamException();
                await Task.WhenAny(changed, Ended).WaitAsync(cancellationToken);
            }
        }

        private async Task ReadAsync(StreamReader reader)
        {
            while (await reader.ReadLineAsync() is { } line)
            {
                _lines.Enqueue(line);
                var changed = _changed;
                _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
                changed.SetResult();
            }
        }
    }

    private static class NativeMethods
    {
        [System.Runtime.InteropServices.DllImport("libc", EntryPoint = "kill")]
        [System.Runtime.InteropServices.DefaultDllImportSearchPaths(System.Runtime.InteropServices.DllImportSearchPath.SafeDirectories)]
        public static extern int Kill(int pid, int signal);
    }
}
