using System.Buffers;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Configuration;

namespace Pipeline.Access;

/// <summary>Takes secrets out of texts that are going to be logged: those that the app's settings hold, and whatever looks like a key, a
/// token, a signature or a password.</summary>
public sealed class SecretScrubber
{
    /// <summary>What stands in a secret's place.</summary>
    public const string Mark = "[secret]";

    // A shorter one would be found in innocent words.
    private const int ShortestSecret = 12;

    // Without backtracking: the text may be a stranger's, and must not make this slow. Groups that are named 'keep…' stay.
    private static readonly Regex s_shapes = new(
        """
        (?<keep1>\b(?:AccountKey|SharedAccessKey|SharedAccessSignature|sig|password|pwd|client_?secret|access_token|refresh_token|id_token|api[_-]?key)\s*=\s*)[^;&\s"',]+
        |(?<keep2>[?&]code=)[^&\s"']+
        |(?<keep3>\bx-functions-key["']?\s*[:=,]\s*["'\[]?)[^\s"',;\]]+
        |(?<keep4>\b(?:Bearer|Basic|SharedAccessSignature)\s)[A-Za-z0-9+/_.~=%&-]{8,}
        |(?<keep5>"(?:accountKey|sharedAccessKey|functionKey|masterKey|durableKey|clientSecret|secret|password|token)"\s*:\s*")[^"]+
        |(?<keep6>://[^/\s:@]+:)[^/\s@]+(?<keep7>@)
        |eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*
        |-----BEGIN\x20[A-Z\x20]*PRIVATE\x20KEY-----[A-Za-z0-9+/=\s]*(?:-----END\x20[A-Z\x20]*PRIVATE\x20KEY-----)?
        """,
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.NonBacktracking | RegexOptions.IgnorePatternWhitespace);

    private static readonly Regex s_names = new("(?:key|secret|password|pwd|token|credential|connection|connectionstring)$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.NonBacktracking);
    private static readonly Regex s_parts = new("(?:AccountKey|SharedAccessKey|sig)=([^;&]+)", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.NonBacktracking);

    private readonly Lock _gate = new();
    private readonly HashSet<string> _known = new(StringComparer.Ordinal);
    private volatile SearchValues<string> _search = SearchValues.Create([], StringComparison.Ordinal);

    /// <summary>Makes one that knows the secrets of some settings: those that are named like secrets, and the keys in connection strings.</summary>
    public SecretScrubber(IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        Know([.. configuration.AsEnumerable().SelectMany(setting => Secrets(setting.Key, setting.Value ?? ""))]);
    }

    /// <summary>Learns secrets.</summary>
    public void Know(params IReadOnlyCollection<string> secrets)
    {
        lock (_gate)
        {
            _known.UnionWith(secrets.Where(secret => secret.Length >= ShortestSecret));
            _search = SearchValues.Create([.. _known], StringComparison.Ordinal);
        }
    }

    /// <summary>The text without secrets; the very same where it has none.</summary>
    public string Scrub(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text.AsSpan().ContainsAny(_search))
        {
            lock (_gate)
            {
                // The longest first: one may be a part of another.
                foreach (var secret in _known.OrderByDescending(secret => secret.Length))
                    text = text.Replace(secret, Mark, StringComparison.Ordinal);
            }
        }
        return s_shapes.IsMatch(text) ? s_shapes.Replace(text, Kept) : text;
    }

    private static string Kept(Match match)
    {
        var kept = match.Groups.Values.Where(group => group.Success && group.Name.StartsWith("keep", StringComparison.Ordinal)).Select(group => group.Value).ToList();
        return kept.Count switch
        {
            0 => Mark,
            1 => kept[0] + Mark,
            _ => kept[0] + Mark + kept[1],
        };
    }

    private static IEnumerable<string> Secrets(string name, string value)
    {
        if (s_names.IsMatch(name))
            yield return value;
        foreach (Match part in s_parts.Matches(value))
            yield return part.Groups[1].Value;
    }
}
