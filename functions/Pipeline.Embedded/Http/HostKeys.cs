using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Pipeline.Embedded.Hosting;

namespace Pipeline.Embedded.Http;

/// <summary>
/// The keys that open functions. The first start makes them and keeps them in a file that only its owner can read.
/// </summary>
/// <param name="Master">Opens everything.</param>
/// <param name="Function">Opens functions of the level Function.</param>
/// <param name="Durable">Opens the Durable HTTP API.</param>
/// <param name="Submitter">A function key for those who start jobs.</param>
/// <param name="Reader">A function key for those who only look.</param>
internal sealed record HostKeys(string Master, string Function, string Durable, string Submitter, string Reader)
{
    /// <summary>The file's name in the app's folder.</summary>
    public const string FileName = "keys.json";

    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    /// <summary>Reads the keys, or makes them.</summary>
    /// <returns>The keys, and whether they were made now.</returns>
    /// <exception cref="EmbeddedHostException">The file is not what it should be.</exception>
    public static (HostKeys Keys, bool AreNew) LoadOrCreate(string path)
    {
        var made = new HostKeys(NewKey(), NewKey(), NewKey(), NewKey(), NewKey());
        if (!File.Exists(path) && TryWrite(path, made, overwrite: false)) return (made, true);
        var read = Read(path);
        // A file from before there were roles gets the keys that it lacks.
        var whole = read with { Submitter = read.Submitter ?? made.Submitter, Reader = read.Reader ?? made.Reader };
        if (whole != read) TryWrite(path, whole, overwrite: true);
        return (whole, false);
    }

    /// <summary>The key that a request carries: its header <c>x-functions-key</c> or else <c>code</c> of its query.</summary>
    public static string? Of(HttpRequest request)
    {
        var header = request.Headers["x-functions-key"].ToString();
        if (header.Length > 0) return header;
        var code = request.Query["code"].LastOrDefault();
        return string.IsNullOrEmpty(code) ? null : code;
    }

    /// <summary>Whether a key opens a level.</summary>
    public bool Opens(AuthorizationLevel level, string? key) => level switch
    {
        AuthorizationLevel.Anonymous => true,
        AuthorizationLevel.User or AuthorizationLevel.Function => Equal(key, Function) | Equal(key, Submitter) | Equal(key, Reader) | Equal(key, Master),
        AuthorizationLevel.System => Equal(key, Durable) | Equal(key, Master),
        _ => Equal(key, Master),
    };

    /// <summary>Compares in a time that does not tell how much of a guess was right.</summary>
    public static bool Equal(string? given, string key) =>
        given is not null && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(given), Encoding.UTF8.GetBytes(key));

    // 256 random bits, in characters that mean nothing to a URL, a shell or a command line's options.
    private static string NewKey() =>
        RandomNumberGenerator.GetString("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz", 43);

    private static bool TryWrite(string path, HostKeys keys, bool overwrite)
    {
        var directory = Path.GetDirectoryName(Path.GetFullPath(path))!;
        Directory.CreateDirectory(directory);
        // Written whole under another name first: a start that is killed must not leave half a file, and of two that start
        // together one must read what the other wrote.
        var temporary = Path.Combine(directory, $"keys.{Guid.NewGuid():n}.tmp");
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        try
        {
            using (var file = new FileStream(temporary, options)) JsonSerializer.Serialize(file, keys, s_json);
            File.Move(temporary, path, overwrite);
            return true;
        }
        catch (IOException) when (File.Exists(path))
        {
            return false;
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    /// <summary>Reads the keys.</summary>
    /// <exception cref="EmbeddedHostException">The file is not what it should be.</exception>
    public static HostKeys Read(string path)
    {
        var advice = $"Delete {path} to have the next start make new keys.";
        try
        {
            var keys = JsonSerializer.Deserialize<HostKeys>(File.ReadAllText(path), s_json);
            return new[] { keys?.Master, keys?.Function, keys?.Durable }.All(key => key?.Length >= 20) && keys!.Submitter is null or { Length: >= 20 } && keys.Reader is null or { Length: >= 20 }
                ? keys!
                : throw new EmbeddedHostException($"{path} lacks a key, or one is shorter than 20 characters. {advice}");
        }
        catch (JsonException e)
        {
            throw new EmbeddedHostException($"{path} is not valid JSON: {e.Message} {advice}", e);
        }
    }
}
