using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Configuration;

namespace Pipeline.Access;

/// <summary>Tells a key's role by its hash.</summary>
internal static class RoleKeys
{
    /// <summary>Gives a key a role, besides those that the settings name.</summary>
    public static void Add(IConfiguration configuration, Role role, string key)
    {
        var setting = $"{AccessSettings.RoleKeys}:{AccessSettings.Word(role)}";
        configuration[setting] = string.Join(',', new[] { configuration[setting], Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key))) }.Where(hash => !string.IsNullOrEmpty(hash)));
    }

    /// <summary>The caller with a key; null where the key gives no role.</summary>
    /// <param name="settings">The roles of keys.</param>
    /// <param name="key">The key that the request shows; null where it shows none.</param>
    /// <param name="hostHasChecked">Whether the Functions host lets only valid keys come as far as this.</param>
    public static Caller? Find(AccessSettings settings, string? key, bool hostHasChecked)
    {
        if (key is null)
        {
            // The host knows a key that we do not see. With roles by key that may be anybody's, so it counts for nothing.
            return hostHasChecked && settings is { Keys.Count: 0, DefaultRole: { } unseen } ? new Caller(unseen, "key") : null;
        }

        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(key));
        Role? found = null;
        // All are compared, each in constant time, so that the time tells nothing of where one of them fits.
        foreach (var (known, role) in settings.Keys)
        {
            if (CryptographicOperations.FixedTimeEquals(hash, known))
                found = role;
        }
        found ??= hostHasChecked ? settings.DefaultRole : null;
        return found is { } given ? new Caller(given, $"key:{Convert.ToHexStringLower(hash.AsSpan(0, 4))}") : null;
    }
}
