using Microsoft.Extensions.Configuration;

namespace Pipeline.Embedded.Cli.Doctor;

/// <summary>What <c>doctor</c> looks at: an app on this machine, as <c>serve</c> would start it.</summary>
/// <param name="Root">The app's folder.</param>
/// <param name="Key">The key that was given; null takes that of the folder.</param>
/// <param name="Port">The port that <c>serve</c> would take.</param>
/// <param name="Configuration">All settings.</param>
/// <param name="SettingNames">The names of settings that somebody has given, each with where.</param>
/// <param name="Machine">The machine.</param>
internal sealed record Patient(string Root, string? Key, int Port, IConfiguration Configuration, IReadOnlyList<(string Name, string Where)> SettingNames, Machine Machine)
{
    /// <summary>The app that 'serve' runs on the folder now, or the verb that does; null where none does.</summary>
    public RootClaim.Holder? Holder { get; init; }
}
