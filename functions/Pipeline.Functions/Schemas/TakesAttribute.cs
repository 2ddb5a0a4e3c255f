namespace Pipeline.Schemas;

/// <summary>Says what body an HTTP function takes, for the API's documentation.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class TakesAttribute : Attribute
{
    /// <summary>Takes a JSON document.</summary>
    public TakesAttribute(Type type) => Type = type;

    /// <summary>Takes bytes.</summary>
    /// <param name="mediaType">Their media type.</param>
    public TakesAttribute(string mediaType) => MediaType = mediaType;

    /// <summary>Takes a spec.</summary>
    public TakesAttribute() => MediaType = "application/json";

    /// <summary>The type that is read from JSON.</summary>
    public Type? Type { get; }

    /// <summary>The media type, where it is no type of ours.</summary>
    public string? MediaType { get; }

    /// <summary>The kind of spec that it takes: that of a job, of any kind, where it is <c>job</c>.</summary>
    public string? Spec { get; init; }
}
