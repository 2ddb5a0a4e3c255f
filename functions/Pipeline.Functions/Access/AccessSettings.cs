using Microsoft.Extensions.Configuration;

namespace Pipeline.Access;

/// <summary>How roles are given, as the app's settings say.</summary>
/// <param name="Keys">The roles of function keys, by the SHA-256 of the key.</param>
/// <param name="DefaultRole">The role of a function key that is not among them; null for none.</param>
/// <param name="EntraIsOn">Whether the platform authenticates users and vouches for the header that names them.</param>
/// <param name="EntraIsRequired">Whether a request without a user is refused where it does.</param>
internal sealed record AccessSettings(IReadOnlyList<(byte[] Hash, Role Role)> Keys, Role? DefaultRole, bool EntraIsOn, bool EntraIsRequired)
{
    /// <summary>Below it, <c>reader</c>, <c>submitter</c> and <c>operator</c> hold the hashes of keys.</summary>
    public const string RoleKeys = "PipelineRoleKeys";

    private static readonly Role[] s_ofPeople = [Role.Reader, Role.Submitter, Role.Operator];

    /// <exception cref="InvalidOperationException">A setting is not what it should be; the message says which, and what to do.</exception>
    public static AccessSettings Read(IConfiguration configuration)
    {
        var keys = new List<(byte[] Hash, Role Role)>();
        foreach (var role in s_ofPeople)
        {
            var setting = $"{RoleKeys}:{Word(role)}";
            foreach (var text in (configuration[setting] ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
                keys.Add((Hash(text, setting), role));
        }
        if (keys.GroupBy(key => Convert.ToHexStringLower(key.Hash)).FirstOrDefault(group => group.Select(key => key.Role).Distinct().Count() > 1) is { } twice)
            throw new InvalidOperationException($"The key with the hash {twice.Key[..8]}… has several roles in the settings {RoleKeys}__…. Leave one.");
        return new AccessSettings(keys, DefaultOf(configuration), Flag(configuration, "WEBSITE_AUTH_ENABLED", false), Flag(configuration, "PipelineEntraRequired", true));
    }

    private static Role? DefaultOf(IConfiguration configuration)
    {
        var word = configuration["PipelineDefaultRole"]?.Trim();
        if (string.IsNullOrEmpty(word))
            return Role.Operator;
        if (word.Equals("none", StringComparison.OrdinalIgnoreCase))
            return null;
        return s_ofPeople.Cast<Role?>().FirstOrDefault(role => Word(role!.Value).Equals(word, StringComparison.OrdinalIgnoreCase))
            ?? throw new InvalidOperationException($"The setting PipelineDefaultRole is '{word}'; it must be reader, submitter, operator or none.");
    }

    private static bool Flag(IConfiguration configuration, string setting, bool usual) => configuration[setting]?.Trim().ToUpperInvariant() switch
    {
        null or "" => usual,
        "TRUE" or "1" => true,
        "FALSE" or "0" => false,
        var other => throw new InvalidOperationException($"The setting {setting} is '{other}'; it must be true or false."),
    };

    private static byte[] Hash(string text, string setting)
    {
        try
        {
            if (text.Length == 64)
                return Convert.FromHexString(text);
        }
        catch (FormatException)
        {
            // Said below.
        }
        // The text may be a key that somebody has put there as it is, so it is not repeated.
        throw new InvalidOperationException(
            $"The setting {setting.Replace(":", "__", StringComparison.Ordinal)} must hold SHA-256 hashes of keys, each 64 hexadecimal digits, separated by commas; one of {text.Length} characters is none. " +
            "printf %s KEY | sha256sum makes one.");
    }

    /// <summary>A role as settings write it.</summary>
    public static string Word(Role role) => role.ToString().ToLowerInvariant();
}
