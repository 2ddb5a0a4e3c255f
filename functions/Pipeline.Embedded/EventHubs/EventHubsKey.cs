using System.Security.Cryptography;
using System.Text;
using Pipeline.Embedded.Hosting;

namespace Pipeline.Embedded.EventHubs;

/// <summary>The shared access key of the endpoint. The first start makes it and keeps it in a file that only its owner can read.</summary>
internal static class EventHubsKey
{
    /// <summary>The name that clients give the key.</summary>
    public const string Name = "RootManageSharedAccessKey";

    /// <summary>The file's name, beside that of the other keys.</summary>
    public const string FileName = "eventhubs.key";

    private const int ShortestKey = 20;

    /// <summary>What clients on this machine connect with.</summary>
    public static string ConnectionString(int port, string key) =>
        $"Endpoint=sb://localhost{(port == EventHubsOptions.UsualPort ? "" : $":{port}")};SharedAccessKeyName={Name};SharedAccessKey={key};UseDevelopmentEmulator=true;";

    /// <summary>Reads the key, or makes it.</summary>
    /// <exception cref="EmbeddedHostException">The file is not what it should be.</exception>
    public static string LoadOrCreate(string root)
    {
        Directory.CreateDirectory(root);
        var path = Path.Combine(root, FileName);
        if (!File.Exists(path)) TryWrite(path, Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)));
        return Read(path, out var fault) ?? throw new EmbeddedHostException($"{fault}. Delete it to have the next start make a new one.");
    }

    /// <summary>The key in a file; null where it holds none.</summary>
    /// <param name="path">The file.</param>
    /// <param name="fault">What is wrong with it, as a sentence without its full stop.</param>
    public static string? Read(string path, out string? fault)
    {
        var key = File.ReadAllText(path).Trim();
        fault = key.Length >= ShortestKey ? null : $"{path} holds no key of at least {ShortestKey} characters";
        return fault is null ? key : null;
    }

    private static void TryWrite(string path, string key)
    {
        // Written whole under another name first: a start that is killed must not leave half a file, and of two that start
        // together one must read what the other wrote.
        var temporary = $"{path}.{Guid.NewGuid():n}.tmp";
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        try
        {
            using (var file = new FileStream(temporary, options)) file.Write(Encoding.ASCII.GetBytes(key));
            File.Move(temporary, path, overwrite: false);
        }
        catch (IOException) when (File.Exists(path))
        {
            // The other start was first.
        }
        finally
        {
            File.Delete(temporary);
        }
    }
}
