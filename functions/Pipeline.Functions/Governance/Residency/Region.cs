using System.Text.RegularExpressions;

namespace Pipeline.Governance;

/// <summary>Names of regions: <c>West Europe</c> is <c>westeurope</c>.</summary>
internal static partial class Region
{
    /// <summary>The name in its one form; null where it is none.</summary>
    public static string? Normalise(string text)
    {
        var name = text.Replace(" ", "", StringComparison.Ordinal).ToLowerInvariant();
        return Name().IsMatch(name) ? name : null;
    }

    [GeneratedRegex("^[a-z][a-z0-9-]{1,49}$")]
    private static partial Regex Name();
}
