using System.Text.Json;
using Pipeline.Grid.Wire;

namespace Pipeline.Embedded.Volunteer;

/// <summary>
/// What a client keeps on its disk: <c>volunteer.json</c>, <c>files/{sha256}</c> and <c>tasks/t-{result}/</c>. No name that a server sends
/// becomes part of a path unless it is a checked id or hash, so that nothing can lie outside.
/// </summary>
internal sealed class VolunteerFolder : IDisposable
{
    private readonly string _root;
    private readonly FileStream _claim;

    private VolunteerFolder(string root, FileStream claim) => (_root, _claim) = (root, claim);

    private string Files => Path.Combine(_root, "files");

    private string Tasks => Path.Combine(_root, "tasks");

    private string IdentityPath => Path.Combine(_root, "volunteer.json");

    /// <summary>Opens a folder for this process alone.</summary>
    /// <exception cref="IOException">Another client works in it, or it cannot be made.</exception>
    public static VolunteerFolder Open(string path)
    {
        var root = Path.GetFullPath(path);
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(root);
        else
            Directory.CreateDirectory(root, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var claim = new FileStream(Path.Combine(root, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        var folder = new VolunteerFolder(root, claim);
        Directory.CreateDirectory(folder.Files);
        Directory.CreateDirectory(folder.Tasks);
        return folder;
    }

    /// <summary>Who this client is; null before it was registered.</summary>
    /// <exception cref="InvalidDataException">The file is damaged.</exception>
    public VolunteerIdentity? Identity()
    {
        try
        {
            return AtomicFile.TryRead(IdentityPath) is { } bytes ? JsonSerializer.Deserialize<VolunteerIdentity>(bytes, GridJson.Options) : null;
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"{IdentityPath} is damaged: {e.Message} Delete the folder to register anew.", e);
        }
    }

    public void Keep(VolunteerIdentity identity) => AtomicFile.Write(IdentityPath, JsonSerializer.SerializeToUtf8Bytes(identity, GridJson.Options));

    /// <summary>The path of a shared file's copy.</summary>
    public string FilePath(string sha256) => GridNames.IsSha256(sha256) ? Path.Combine(Files, sha256) : throw new UntrustedWorkException("The hash of a shared file is none.");

    /// <summary>The shared files that are here.</summary>
    public IReadOnlyList<string> CachedFiles() => [.. Directory.EnumerateFiles(Files).Select(Path.GetFileName).Where(GridNames.IsSha256).Cast<string>().Order(StringComparer.Ordinal)];

    /// <summary>Takes a task up: its assignment is on the disk when this returns.</summary>
    public HeldTask Add(SignedAssignment signed)
    {
        var folder = TaskFolder(signed.Assignment.ResultId);
        Directory.CreateDirectory(folder);
        AtomicFile.Write(Path.Combine(folder, "assignment.json"), JsonSerializer.SerializeToUtf8Bytes(signed, GridJson.Options));
        return new HeldTask(folder, signed);
    }

    /// <summary>The tasks that an earlier run left, in order of their ids. What is damaged goes.</summary>
    public IReadOnlyList<HeldTask> Load()
    {
        var tasks = new List<HeldTask>();
        foreach (var folder in Directory.EnumerateDirectories(Tasks).Order(StringComparer.Ordinal))
        {
            try
            {
                if (AtomicFile.TryRead(Path.Combine(folder, "assignment.json")) is { } bytes
                    && GridJson.Read<SignedAssignment>(bytes) is var signed && GridNames.IsId(signed.Assignment.ResultId) && TaskFolder(signed.Assignment.ResultId) == folder)
                {
                    tasks.Add(new HeldTask(folder, signed));
                    continue;
                }
            }
            catch (Exception e) when (e is Jobs.SpecException or JsonException)
            {
                // The server sends again what it finds missing.
            }
            Directory.Delete(folder, recursive: true);
        }
        return tasks;
    }

    public static void Remove(HeldTask task) => Directory.Delete(task.Folder, recursive: true);

    /// <summary>Makes room: removes shared files that no task needs, the longest unused first, until the rest takes no more than this.</summary>
    /// <param name="bytes">Bytes that may stay.</param>
    /// <param name="needed">Hashes of files that stay whatever they take.</param>
    public void Trim(long bytes, IReadOnlySet<string> needed)
    {
        var files = new DirectoryInfo(Files).EnumerateFiles().OrderByDescending(file => file.LastAccessTimeUtc).ToList();
        var total = files.Sum(file => file.Length);
        foreach (var file in Enumerable.Reverse(files))
        {
            if (total <= bytes)
                return;
            if (needed.Contains(Path.GetFileNameWithoutExtension(file.Name)))
                continue;
            total -= file.Length;
            file.Delete();
        }
    }

    public void Dispose() => _claim.Dispose();

    private string TaskFolder(string resultId) => GridNames.IsId(resultId)
        ? Path.Combine(Tasks, "t-" + resultId)
        : throw new UntrustedWorkException("The id of a result is none.");
}
