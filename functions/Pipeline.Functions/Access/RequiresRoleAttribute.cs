namespace Pipeline.Access;

/// <summary>Says who may call an HTTP function. A function that says neither this nor <see cref="OpenToAllAttribute"/> is refused to
/// everybody.</summary>
/// <param name="role">The least role that a caller must have.</param>
[AttributeUsage(AttributeTargets.Method)]
public sealed class RequiresRoleAttribute(Role role) : Attribute
{
    /// <summary>The least role that a caller must have.</summary>
    public Role Role { get; } = role;
}
