namespace Pipeline.Embedded.Cli;

/// <summary>What the global options say.</summary>
/// <param name="Url">The app to drive; null takes the one that serves <paramref name="Root"/>, or starts one in this process.</param>
/// <param name="Key">The key for <paramref name="Url"/>; null sends none.</param>
/// <param name="Root">Folder of the app on this machine, a full path.</param>
/// <param name="Output">How answers are written.</param>
/// <param name="Quiet">Write nothing but answers and errors.</param>
/// <param name="Verbose">Write the log of the app in this process.</param>
/// <param name="Color">Whether colour may be used where the terminal has it.</param>
internal sealed record CliSettings(Uri? Url, string? Key, string Root, OutputFormat Output, bool Quiet, bool Verbose, bool Color);
