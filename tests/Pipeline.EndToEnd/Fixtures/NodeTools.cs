using System.Diagnostics;
using System.Security.Cryptography;

namespace Pipeline.EndToEnd.Fixtures;

/// <summary>The npm packages of this project's package.json, installed at first need.</summary>
internal static class NodeTools
{
    /// <summary>The folder of package.json and node_modules.</summary>
    public static string Folder { get; } = FindFolder();

    private static readonly string s_stamp = Path.Combine(Folder, "node_modules", ".installed-lock");

    /// <summary>Installs what package-lock.json names, unless it is installed already. Skips the test where there is no Node.</summary>
    public static async Task InstallAsync()
    {
        SkipWithoutNode();
        // One process installs, those that come meanwhile wait for it.
        await using var gate = await LockAsync(Path.Combine(Path.GetTempPath(), $"pipeline-npm-{Environment.UserName}.lock"));
        if (IsInstalled()) return;
        var npm = OperatingSystem.IsWindows() ? "npm.cmd" : "npm";
        using var process = Process.Start(new ProcessStartInfo(npm, ["ci", "--no-progress"])
        {
            WorkingDirectory = Folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        Requires.That(process.ExitCode == 0, $"'npm ci' in {Folder} failed:\n{await output}\n{await errors}");
        await File.WriteAllTextAsync(s_stamp, LockHash());
    }

    private static void SkipWithoutNode()
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo("node", "--version") { RedirectStandardOutput = true })!;
            process.WaitForExit();
        }
        catch (System.ComponentModel.Win32Exception)
        {
            Requires.That(false, "This test needs Node.js (https://nodejs.org).");
        }
    }

    // Times of files say little after a checkout, so the lock that was installed is remembered by its content.
    private static bool IsInstalled() => File.Exists(s_stamp) && File.ReadAllText(s_stamp) == LockHash();

    private static string LockHash() => Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(Path.Combine(Folder, "package-lock.json"))));

    private static async Task<FileStream> LockAsync(string file)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(10));
        while (true)
        {
            try
            {
                return new FileStream(file, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException)
            {
                // A file lock tells nobody when it is free.
                await Task.Delay(TimeSpan.FromMilliseconds(200), patience.Token);
            }
        }
    }

    private static string FindFolder()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "package-lock.json"))) folder = folder.Parent;
        return folder?.FullName ?? throw new DirectoryNotFoundException($"No package-lock.json above {AppContext.BaseDirectory}.");
    }
}
