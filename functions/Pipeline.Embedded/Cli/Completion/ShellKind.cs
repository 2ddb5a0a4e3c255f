namespace Pipeline.Embedded.Cli.Completion;

/// <summary>A shell that can complete words.</summary>
internal enum ShellKind
{
    /// <summary>GNU bash, 4.0 and later.</summary>
    Bash,

    /// <summary>Z shell with its completion system.</summary>
    Zsh,

    /// <summary>fish, 3.0 and later.</summary>
    Fish,

    /// <summary>PowerShell, also Windows PowerShell 5.1.</summary>
    PowerShell,
}
