namespace Pipeline.Access;

/// <summary>Says that anybody may call an HTTP function: a page, a public key, the registration of volunteers.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class OpenToAllAttribute : Attribute;
