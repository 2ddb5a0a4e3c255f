using System.Diagnostics;
using Pipeline.Tests.Architecture;

namespace Pipeline.Tests.Infra;

/// <summary>The script that azd runs after a deployment, from either system, with a stand-in for the Azure CLI that notes what it is asked.</summary>
public sealed class HookTests : IDisposable
{
    /// <summary>The script for a POSIX shell, and the one for PowerShell.</summary>
    public static TheoryData<string> Scripts => ["postdeploy.sh", "postdeploy.ps1"];

    private static readonly (string Name, string Value)[] s_environment =
    [
        ("AZURE_RESOURCE_GROUP", "rg-test"), ("AZURE_FUNCTION_APP_NAME", "func-test"), ("AZURE_EVENT_GRID_TOPIC", "evgst-test"),
        ("AZURE_DATA_STORAGE_ACCOUNT", "stdatatest"), ("AZURE_UNDELIVERED_CONTAINER", "undelivered-events"), ("PIPELINE_UPLOADS_BY", "webhook"),
    ];

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("pipeline-hook-");

    public void Dispose() => _folder.Delete(recursive: true);

    [SkippableTheory]
    [MemberData(nameof(Scripts))]
    public void PostDeploy_AppThatIsReady_HasEventGridCallIt(string script)
    {
        var (exit, output, calls) = Run(script, failures: 0, s_environment);

        Assert.True(exit == 0, output);
        var call = Assert.Single(calls);
        Assert.Contains("deployment group create", call, StringComparison.Ordinal);
        Assert.Contains("--resource-group rg-test", call, StringComparison.Ordinal);
        Assert.Contains("--name blob-subscriptions", call, StringComparison.Ordinal);
        var template = call.Split("--template-file ")[1].Split(" --parameters ")[0];
        Assert.Equal(Path.Combine(Repository.Root, "infra", "modules", "blob-subscriptions.bicep"), Path.GetFullPath(template));
        Assert.Contains("functionAppName=func-test systemTopicName=evgst-test dataStorageName=stdatatest undeliveredContainerName=undelivered-events", call, StringComparison.Ordinal);
    }

    [SkippableTheory]
    [MemberData(nameof(Scripts))]
    public void PostDeploy_AppThatIsNotReadyYet_IsTriedAgain(string script)
    {
        var (exit, output, calls) = Run(script, failures: 2, s_environment);

        Assert.True(exit == 0, output);
        Assert.Equal(3, calls.Count);
        Assert.Contains("attempt 2 of 10", output, StringComparison.Ordinal);
    }

    [SkippableTheory]
    [MemberData(nameof(Scripts))]
    public void PostDeploy_AppThatIsNeverReady_FailsAndSaysWhatToDo(string script)
    {
        var (exit, output, calls) = Run(script, failures: 99, s_environment);

        Assert.Equal(1, exit);
        Assert.Equal(10, calls.Count);
        Assert.Contains("azd hooks run postdeploy", output, StringComparison.Ordinal);
    }

    [SkippableTheory]
    [MemberData(nameof(Scripts))]
    public void PostDeploy_PrivateNetwork_HasNothingToDo(string script)
    {
        var (exit, _, calls) = Run(script, failures: 0, [.. s_environment.Where(pair => pair.Name != "PIPELINE_UPLOADS_BY"), ("PIPELINE_UPLOADS_BY", "hub")]);

        Assert.Equal(0, exit);
        Assert.Empty(calls);
    }

    [SkippableTheory]
    [MemberData(nameof(Scripts))]
    public void PostDeploy_WithoutItsVariables_NamesTheFirstThatIsMissing(string script)
    {
        var (exit, output, calls) = Run(script, failures: 0, [.. s_environment.Where(pair => pair.Name != "AZURE_EVENT_GRID_TOPIC")]);

        Assert.Equal(1, exit);
        Assert.Empty(calls);
        Assert.Contains("AZURE_EVENT_GRID_TOPIC is not set", output, StringComparison.Ordinal);
    }

    [SkippableFact]
    public void Hooks_WhatTheyPass_IsWhatTheTemplateWantsAndTheDeploymentTells()
    {
        var (exit, json, complaints) = Bicep.Run(Path.Combine(Repository.Root, "infra", "modules"), "build", "blob-subscriptions.bicep", "--stdout");
        Assert.True(exit == 0, complaints);
        using var template = System.Text.Json.JsonDocument.Parse(json);
        var outputs = Deployment.OfScenario("public").Outputs.EnumerateObject().Select(output => output.Name).ToHashSet(StringComparer.Ordinal);

        foreach (var script in new[] { Repository.Read("infra/hooks/postdeploy.sh"), Repository.Read("infra/hooks/postdeploy.ps1") })
        {
            Assert.All(template.RootElement.GetProperty("parameters").EnumerateObject(), parameter => Assert.Contains($"{parameter.Name}=$", script, StringComparison.Ordinal));
            Assert.All(
                System.Text.RegularExpressions.Regex.Matches(script, @"\b(AZURE_[A-Z_]+|PIPELINE_UPLOADS_BY)\b").Select(match => match.Value),
                name => Assert.Contains(name, outputs));
        }
    }

    private (int Exit, string Output, List<string> Calls) Run(string script, int failures, params (string Name, string Value)[] environment) =>
        script.EndsWith(".ps1", StringComparison.Ordinal)
            ? PowerShellScript.Run(Path.Combine(Repository.Root, "infra", "hooks", script), failures, environment)
            : RunInShell(failures, environment);

    private (int Exit, string Output, List<string> Calls) RunInShell(int failures, (string Name, string Value)[] environment)
    {
        if (OperatingSystem.IsWindows())
        {
            throw new SkipException("This test needs a POSIX shell.");
        }

        var log = Path.Combine(_folder.FullName, "calls");
        var az = Path.Combine(_folder.FullName, "az");
        File.WriteAllText(az, $"#!/bin/sh\necho \"$*\" >> '{log}'\n[ \"$(wc -l < '{log}')\" -gt {failures} ]\n");
        File.SetUnixFileMode(az, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        var start = new ProcessStartInfo("sh", [Path.Combine(Repository.Root, "infra", "hooks", "postdeploy.sh")]) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("AZURE_", StringComparison.Ordinal) || name.StartsWith("PIPELINE_", StringComparison.Ordinal)).ToList())
        {
            start.Environment.Remove(name);
        }

        start.Environment["PATH"] = $"{_folder.FullName}:{Environment.GetEnvironmentVariable("PATH")}";
        start.Environment["PIPELINE_HOOK_PAUSE_SECONDS"] = "0";
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output + errors.Result, File.Exists(log) ? [.. File.ReadAllLines(log)] : []);
    }
}
