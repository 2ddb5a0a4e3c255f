namespace Pipeline.Schemas;

/// <summary>Says what an HTTP function answers when all went well, for the API's documentation. Without a type it answers with nothing.</summary>
/// <param name="status">The HTTP status code.</param>
[AttributeUsage(AttributeTargets.Method, AllowMultiple = true)]
internal sealed class AnswersAttribute(int status) : Attribute
{
    /// <summary>Answers with a JSON document.</summary>
    public AnswersAttribute(int status, Type type)
        : this(status) => Type = type;

    /// <summary>Answers with something else.</summary>
    public AnswersAttribute(int status, string mediaType)
        : this(status) => MediaType = mediaType;

    /// <summary>The HTTP status code.</summary>
    public int Status => status;

    /// <summary>The type that is written as JSON.</summary>
    public Type? Type { get; }

    /// <summary>The media type.</summary>
    public string? MediaType { get; }

    /// <summary>Headers that come with it, each with its meaning behind a colon.</summary>
    public string[] Headers { get; init; } = [];
}
