using System.Text.RegularExpressions;

namespace Pipeline.Streams;

/// <summary>The names that streams may have: they are part of names of objects and routes.</summary>
internal static partial class StreamName
{
    /// <summary>What is wrong with a name; null where nothing is.</summary>
    public static string? Fault(string name) => Allowed().IsMatch(name) ? null
        : $"'{(name.Length > 80 ? name[..80] + "…" : name)}' cannot name a stream: use 1 to 64 letters, digits, '-' and '_', with a letter or digit first.";

    [GeneratedRegex("^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$", RegexOptions.CultureInvariant)]
    private static partial Regex Allowed();
}
