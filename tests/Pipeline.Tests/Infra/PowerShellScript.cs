using System.Management.Automation;
using System.Management.Automation.Language;
using System.Management.Automation.Runspaces;

namespace Pipeline.Tests.Infra;

/// <summary>Runs a script in PowerShell's own engine, within this process. Of the commands that are not the engine's, it has what our
/// scripts use, and an <c>az</c> that notes what it is asked.</summary>
internal static class PowerShellScript
{
    private const string Commands = """
        function Write-Output { $args | ForEach-Object { $_ } }
        function Join-Path([string] $path, [string] $child) { [IO.Path]::Combine($path, $child) }
        function Start-Sleep([int] $Seconds) { $global:Slept += $Seconds }
        function az { $global:Calls.Add($args -join ' '); $global:LASTEXITCODE = if ($global:Calls.Count -gt $global:Failures) { 0 } else { 1 } }
        """;

    /// <summary>Runs it with these variables of the environment, and no others of azd or the app; az fails the first times.</summary>
    public static (int Exit, string Output, List<string> Calls) Run(string path, int failures, IReadOnlyList<(string Name, string Value)> environment)
    {
        Parser.ParseFile(path, out _, out var errors);
        Assert.Empty(errors.Select(error => error.ToString()));
        var calls = new List<string>();
        var before = Replace(environment.Append(("PIPELINE_HOOK_PAUSE_SECONDS", "1")).ToDictionary(pair => pair.Item1, string? (pair) => pair.Item2));
        try
        {
            using var space = RunspaceFactory.CreateRunspace(InitialSessionState.CreateDefault2());
            space.Open();
            space.SessionStateProxy.SetVariable("global:Calls", calls);
            space.SessionStateProxy.SetVariable("global:Failures", failures);
            space.SessionStateProxy.SetVariable("global:Slept", 0);
            using var shell = PowerShell.Create(space);
            shell.AddScript(Commands).Invoke();
            shell.Commands.Clear();
            var output = new PSDataCollection<PSObject>();
            try
            {
                shell.AddScript("param($script) $global:LASTEXITCODE = 0; & $script").AddArgument(path).Invoke(null, output);
                return (Convert.ToInt32(space.SessionStateProxy.GetVariable("LASTEXITCODE"), System.Globalization.CultureInfo.InvariantCulture), Text(output), calls);
            }
            catch (RuntimeException e)
            {
                return (1, $"{Text(output)}\n{e.Message}", calls);
            }
        }
        finally
        {
            Replace(before);
        }

        static string Text(IEnumerable<PSObject> lines) => string.Join('\n', lines);
    }

    // Gives what was there before.
    private static Dictionary<string, string?> Replace(IReadOnlyDictionary<string, string?> wanted)
    {
        var names = Environment.GetEnvironmentVariables().Keys.Cast<string>()
            .Where(name => name.StartsWith("AZURE_", StringComparison.Ordinal) || name.StartsWith("PIPELINE_", StringComparison.Ordinal)).Union(wanted.Keys).ToList();
        var before = names.ToDictionary(name => name, Environment.GetEnvironmentVariable, StringComparer.Ordinal);
        foreach (var name in names)
        {
            Environment.SetEnvironmentVariable(name, wanted.GetValueOrDefault(name));
        }

        return before;
    }
}
