namespace Pipeline.Schemas;

/// <summary>Says which problems an HTTP function answers with besides those that its role, parameters and body bring, for the API's
/// documentation.</summary>
/// <param name="types">Problem types.</param>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class MayFailAttribute(params string[] types) : Attribute
{
    /// <summary>Problem types.</summary>
    public IReadOnlyList<string> Types => types;
}
