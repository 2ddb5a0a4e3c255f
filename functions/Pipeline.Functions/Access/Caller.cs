using Microsoft.AspNetCore.Http;

namespace Pipeline.Access;

/// <summary>Who calls, as far as that is known.</summary>
/// <param name="Role">What the caller may do.</param>
/// <param name="Name">A name for logs: <c>key:</c> and the first characters of the key's hash, <c>entra:</c> and the user's name, or
/// <c>volunteer:</c> and the id.</param>
public sealed record Caller(Role Role, string Name)
{
    private const string VolunteerPrefix = "volunteer:";

    private static readonly object s_item = new();
    private static readonly AsyncLocal<Caller?> s_current = new();

    /// <summary>Whose request the running code works for, for logs; null where it is nobody's.</summary>
    public static Caller? Current => s_current.Value;

    /// <summary>The volunteer's id; null for others.</summary>
    public string? VolunteerId => Role == Role.Volunteer ? Name[VolunteerPrefix.Length..] : null;

    /// <summary>Whether the caller may do what asks for a role.</summary>
    public bool Has(Role required) =>
        required == Role.Volunteer || Role == Role.Volunteer ? Role == required : Role >= required;

    /// <summary>Who makes a request that was let through; null for a request to what is open to all.</summary>
    public static Caller? Of(HttpRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        return request.HttpContext.Items.TryGetValue(s_item, out var caller) ? caller as Caller : null;
    }

    internal static Caller Volunteer(string id) => new(Role.Volunteer, VolunteerPrefix + id);

    internal void SetOn(HttpContext http)
    {
        http.Items[s_item] = this;
        s_current.Value = this;
    }
}
