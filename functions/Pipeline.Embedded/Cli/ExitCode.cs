namespace Pipeline.Embedded.Cli;

/// <summary>What the process says to the shell when it ends. Scripts rely on these: a number never changes its meaning.</summary>
internal static class ExitCode
{
    /// <summary>It did what it was asked.</summary>
    public const int Ok = 0;

    /// <summary>Something happened that nobody foresaw, here or in the app.</summary>
    public const int Unexpected = 1;

    /// <summary>The command line itself is wrong.</summary>
    public const int Usage = 2;

    /// <summary>The spec, its SQL or a file was refused.</summary>
    public const int InvalidInput = 3;

    /// <summary>The job failed, or somebody cancelled it.</summary>
    public const int JobFailed = 4;

    /// <summary>There is no such job, dataset or file.</summary>
    public const int NotFound = 5;

    /// <summary>The app wants a key, or another one.</summary>
    public const int Unauthorized = 6;

    /// <summary>The app cannot be reached, or cannot start because its port or its folder is in use.</summary>
    public const int Unreachable = 7;

    /// <summary>The thing is there, but its state does not allow it: the result of an unfinished job, an id that is taken.</summary>
    public const int Conflict = 8;

    /// <summary><c>doctor</c> found something that will not work.</summary>
    public const int Unhealthy = 9;

    /// <summary>Ctrl-C or a signal ended it (128 + SIGINT, as shells count).</summary>
    public const int Interrupted = 130;

    /// <summary>All of them with a short meaning, for <c>--help</c>.</summary>
    public static IReadOnlyList<(int Code, string Meaning)> All { get; } =
    [
        (Ok, "done"),
        (Unexpected, "unexpected error"),
        (Usage, "wrong arguments"),
        (InvalidInput, "spec, SQL or file refused"),
        (JobFailed, "the job failed or was cancelled"),
        (NotFound, "no such job, dataset or file"),
        (Unauthorized, "key missing or wrong"),
        (Unreachable, "app not reachable, or it cannot start: port or folder in use"),
        (Conflict, "not possible in this state, for instance the result of an unfinished job"),
        (Unhealthy, "doctor found a fault"),
        (Interrupted, "interrupted by Ctrl-C or a signal"),
    ];
}
