using System.Runtime.InteropServices;

namespace Pipeline.Embedded.Cli;

/// <summary>Turns the first Ctrl-C or SIGTERM into a cancelled token, for an orderly end; the second ends the process at once.</summary>
internal sealed class Interrupts : IDisposable
{
    private readonly CancellationTokenSource _source = new();
    private readonly List<PosixSignalRegistration> _registrations;

    public Interrupts() => _registrations =
    [
        PosixSignalRegistration.Create(PosixSignal.SIGINT, OnSignal),
        PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnSignal),
    ];

    /// <summary>Cancelled by the first signal.</summary>
    public CancellationToken Token => _source.Token;

    public void Dispose()
    {
        foreach (var registration in _registrations)
            registration.Dispose();
        _source.Dispose();
    }

    private void OnSignal(PosixSignalContext context)
    {
        if (_source.IsCancellationRequested)
        {
            // A live progress display hides the cursor; nobody else will show it again.
            if (!Console.IsErrorRedirected)
                Console.Error.Write("\x1b[?25h");
            Environment.Exit(ExitCode.Interrupted);
        }
        context.Cancel = true;
        _source.Cancel();
    }
}
