using System.Diagnostics;
using Pipeline.EndToEnd.Fixtures;

namespace Pipeline.EndToEnd.Faults;

/// <summary>
/// A host whose folder is a small disk of its own: a temporary file system in a mount namespace that only the host sees, which needs
/// no rights that an ordinary user of Linux lacks.
/// </summary>
internal sealed class SmallDisk(string folder)
{
    private const string Mount = """mount -t tmpfs -o size="$1" tmpfs "$2" && shift 2 && exec "$@" """;

    /// <summary>Starts a command on a disk of so many megabytes.</summary>
    public HostProcess Start(int megabytes, string[] command, IReadOnlyDictionary<string, string>? environment = null)
    {
        // The shell hands on no variable whose name has a dot in it; env does.
        var variables = (environment ?? new Dictionary<string, string>()).Select(variable => $"{variable.Key}={variable.Value}");
        return HostProcess.Start([.. Unshare(Mount), "sh", $"{megabytes}m", folder, "env", .. variables, .. command], AppContext.BaseDirectory);
    }

    /// <summary>Writes a file until the host's disk has so many bytes left, and gives its path.</summary>
    public string Fill(HostProcess host, int leaving)
    {
        var filler = Path.Combine(Seen(host), "filler");
        var block = new byte[4096];
        using (var file = new FileStream(filler, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0))
        {
            try
            {
                while (true)
                {
                    file.Write(block);
                }
            }
            catch (IOException)
            {
                // Full.
            }

            file.SetLength(Math.Max(0, file.Length - leaving));
        }

        return filler;
    }

    /// <summary>The host's folder as this process reaches it.</summary>
    public string Seen(HostProcess host) => $"/proc/{host.Id}/root{folder}";

    /// <summary>Skips the test, or fails it on a build server, where the system does not let this user make a file system of its own.</summary>
    public static void RequireSupport()
    {
        var supported = OperatingSystem.IsLinux();
        if (supported)
        {
            var probe = Directory.CreateTempSubdirectory("pipeline-disk-");
            try
            {
                var command = Unshare("""mount -t tmpfs -o size=1m tmpfs "$1" """);
                using var process = Process.Start(new ProcessStartInfo(command[0], [.. command.Skip(1), "sh", probe.FullName]) { RedirectStandardError = true })!;
                process.WaitForExit();
                supported = process.ExitCode == 0;
            }
            catch (System.ComponentModel.Win32Exception)
            {
                supported = false;
            }
            finally
            {
                probe.Delete();
            }
        }

        Requires.That(supported, "A disk that fills up needs Linux and the right to mount a tmpfs in a namespace of one's own (unshare --map-root-user --mount).");
    }

    private static string[] Unshare(string script) => ["unshare", "--map-root-user", "--mount", "sh", "-c", script];
}
