using System.Text;

namespace Pipeline.Embedded.Durable;

/// <summary>The token that asks for the page after a certain id.</summary>
internal static class ContinuationToken
{
    public static string Encode(string lastId) => Convert.ToBase64String(Encoding.UTF8.GetBytes(lastId));

    /// <exception cref="ArgumentException">The text is not a token.</exception>
    public static string? Decode(string? token)
    {
        try
        {
            return token is null ? null : Encoding.UTF8.GetString(Convert.FromBase64String(token));
        }
        catch (FormatException e)
        {
            throw new ArgumentException($"'{token}' is not a continuation token. Pass on what the last page gave.", nameof(token), e);
        }
    }
}
