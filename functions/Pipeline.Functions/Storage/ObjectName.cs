using System.Buffers;
using System.Globalization;
using System.Text;

namespace Pipeline.Storage;

/// <summary>
/// The names that containers and objects may have: those that Azure Blob storage and every usual file system take, so that data
/// can move from one to the other, and that cannot lead out of their container. Names are case-sensitive everywhere.
/// </summary>
public static class ObjectName
{
    /// <summary>The most characters that a path may have.</summary>
    public const int MaxPathLength = 1024;

    /// <summary>The most UTF-8 bytes that one segment of a path may have.</summary>
    public const int MaxSegmentBytes = 255;

    // Azure's limit on the number of segments.
    private const int MaxSegments = 254;

    private static readonly SearchValues<char> s_refused = SearchValues.Create("<>:\"|?*\\");

    private static readonly string[] s_deviceNames =
    [
        "CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$",
        .. Enumerable.Range(0, 10).SelectMany(n => new[] { $"COM{n}", $"LPT{n}" }),
    ];

    /// <summary>Checks a container's name: 3 to 63 lower-case letters, digits and single hyphens, none at either end.</summary>
    /// <exception cref="InvalidObjectNameException">It is another name; the message says what is wrong with it.</exception>
    public static void CheckContainer(string container)
    {
        ArgumentNullException.ThrowIfNull(container);
        if (ContainerFault(container) is { } fault)
            throw new InvalidObjectNameException(
                $"'{Show(container)}' cannot name a container: {fault}. " +
                "Use 3 to 63 lower-case letters, digits and single hyphens, with a letter or digit at both ends.");
    }

    /// <summary>Checks an object's path: segments joined by '/', such as <c>flights/month=2001-01/part-0.parquet</c>.</summary>
    /// <exception cref="InvalidObjectNameException">It is no such path; the message says what is wrong with it.</exception>
    public static void CheckPath(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        if (PathFault(path) is { } fault)
            throw new InvalidObjectNameException($"'{Show(path)}' cannot name an object: {fault}.");
    }

    /// <summary>Checks a name that is one segment of a path, such as a dataset's.</summary>
    /// <exception cref="InvalidObjectNameException">It is no such name; the message says what is wrong with it.</exception>
    public static void CheckSegment(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        var fault = name.Contains('/') ? "it holds a '/'" : PathFault(name);
        if (fault is not null) throw new InvalidObjectNameException($"'{Show(name)}' cannot be a name: {fault}.");
    }

    /// <summary>Checks what a listing's paths are to start with: the start of a path, or nothing.</summary>
    /// <exception cref="InvalidObjectNameException">No path can start so; the message says why.</exception>
    internal static void CheckPrefix(string prefix)
    {
        ArgumentNullException.ThrowIfNull(prefix);
        var slash = prefix.LastIndexOf('/');
        var folder = slash < 0 ? "" : prefix[..slash];
        var rest = prefix[(slash + 1)..];
        var fault = slash >= 0 ? PathFault(folder) : null;
        // The last segment may go on, so only what no longer name could mend is a fault.
        fault ??= rest.Length > 0 ? CharacterFault(rest) : null;
        fault ??= prefix.Length > MaxPathLength ? TooLong(prefix) : null;
        if (fault is not null) throw new InvalidObjectNameException($"'{Show(prefix)}' cannot start a path: {fault}.");
    }

    private static string? ContainerFault(string name)
    {
        if (name.Length is < 3 or > 63) return $"it has {name.Length} characters";
        foreach (var c in name)
        {
            if (!char.IsAsciiLetterLower(c) && !char.IsAsciiDigit(c) && c != '-') return $"it holds {Name(c)}";
        }

        if (name[0] == '-' || name[^1] == '-') return "it begins or ends with a hyphen";
        return name.Contains("--", StringComparison.Ordinal) ? "it holds two hyphens in a row" : null;
    }

    private static string? PathFault(string path)
    {
        if (path.Length == 0) return "it is empty";
        if (path.Length > MaxPathLength) return TooLong(path);
        if (path[0] == '/') return "it begins with '/'; paths are relative to their container";
        if (path.Length > 1 && path[1] == ':' && char.IsAsciiLetter(path[0])) return "it is an absolute path of a drive";

        var segments = path.Split('/');
        if (segments.Length > MaxSegments) return $"it has {segments.Length} segments; at most {MaxSegments} are allowed";
        foreach (var segment in segments)
        {
            if (SegmentFault(segment) is { } fault) return fault;
        }

        return null;
    }

    private static string? SegmentFault(string segment)
    {
        if (segment.Length == 0) return "it has an empty segment ('//', or a '/' at its end)";
        if (segment is "." or "..") return $"it has the segment '{segment}', which would lead elsewhere";
        if (CharacterFault(segment) is { } fault) return fault;
        if (segment[^1] is '.' or ' ') return $"its segment '{segment}' ends with a {(segment[^1] == '.' ? "dot" : "space")}";
        if (Encoding.UTF8.GetByteCount(segment) > MaxSegmentBytes)
            return $"its segment '{segment[..20]}…' is longer than {MaxSegmentBytes} bytes";

        var stem = segment.AsSpan(0, segment.IndexOf('.') is var dot and >= 0 ? dot : segment.Length).TrimEnd(' ');
        foreach (var device in s_deviceNames)
        {
            if (stem.Equals(device, StringComparison.OrdinalIgnoreCase))
                return $"its segment '{segment}' is the name of a device on Windows";
        }

        return null;
    }

    private static string? CharacterFault(string segment)
    {
        for (var i = 0; i < segment.Length; i++)
        {
            var c = segment[i];
            if (char.IsControl(c) || s_refused.Contains(c)) return $"it holds {Name(c)}";
            if (!char.IsSurrogate(c)) continue;
            if (i + 1 < segment.Length && char.IsSurrogatePair(c, segment[i + 1])) i++;
            else return "it holds half of a surrogate pair, which is no character";
        }

        return null;
    }

    private static string TooLong(string path) => $"it has {path.Length} characters; at most {MaxPathLength} are allowed";

    private static string Name(char c) => char.IsControl(c) || char.IsSurrogate(c)
        ? string.Create(CultureInfo.InvariantCulture, $"the control character U+{(int)c:X4}")
        : c == ' ' ? "a space" : $"'{c}'";

    // A message must not carry control characters or a megabyte of a hostile name into a log or a terminal.
    private static string Show(string name)
    {
        var shown = name.Length > 80 ? name[..80] + "…" : name;
        return string.Concat(shown.Select(c => char.IsControl(c) || char.IsSurrogate(c) ? '\uFFFD' : c));
    }
}
