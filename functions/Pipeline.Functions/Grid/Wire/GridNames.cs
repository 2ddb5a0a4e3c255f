using System.Buffers;

namespace Pipeline.Grid.Wire;

/// <summary>The forms of the names that cross the wire. Both sides check them before a name becomes part of a path.</summary>
public static class GridNames
{
    /// <summary>The most characters of an id.</summary>
    public const int MaxIdLength = 128;

    private static readonly SearchValues<char> s_idCharacters =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_");

    private static readonly SearchValues<char> s_hex = SearchValues.Create("0123456789abcdef");

    /// <summary>Whether a text can be the id of a result, a job, a unit, a host or a volunteer: 1 to 128 ASCII letters, digits, <c>-</c>, <c>_</c>.</summary>
    public static bool IsId(string? text) => text is { Length: > 0 and <= MaxIdLength } && !text.AsSpan().ContainsAnyExcept(s_idCharacters);

    /// <summary>Whether a text is a SHA-256 in lower-case hexadecimal.</summary>
    public static bool IsSha256(string? text) => text is { Length: 64 } && !text.AsSpan().ContainsAnyExcept(s_hex);

    /// <summary>Whether a path in the container <c>grid</c> is an input, <c>inputs/{job}/{unit}</c>.</summary>
    public static bool IsInputPath(string? path) =>
        path is not null && path.Split('/') is ["inputs", var job, var unit] && IsId(job) && IsId(unit);

    /// <summary>Whether a path in the container <c>grid</c> is a shared file, <c>files/{sha256}</c>.</summary>
    public static bool IsFilePath(string? path) => path is not null && path.Split('/') is ["files", var sha256] && IsSha256(sha256);
}
