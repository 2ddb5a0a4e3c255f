using System.Security.Cryptography;

namespace Pipeline.Jobs;

/// <summary>The ids of jobs.</summary>
public static class JobId
{
    /// <summary>The longest id that a sender may choose, in characters.</summary>
    public const int MaxLength = 64;

    private const string Alphabet = "0123456789abcdefghjkmnpqrstvwxyz";

    /// <summary>A new id: the time, to be sorted by, and 40 random bits, to be unique.</summary>
    public static string New(DateTimeOffset now) => $"{now:yyyyMMdd-HHmmss}-{RandomNumberGenerator.GetString(Alphabet, 8)}";

    /// <summary>What is wrong with an id that a sender chose; null if nothing is. It names folders, so it is kept simple.</summary>
    public static string? Fault(string id)
    {
        if (id.Length is 0 or > MaxLength)
            return $"An id has 1 to {MaxLength} characters.";
        if (!id.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_') || !char.IsAsciiLetterOrDigit(id[0]))
            return "An id holds letters, digits, '-' and '_' only, and starts with a letter or a digit.";
        return null;
    }
}
