namespace Pipeline.Schemas;

/// <summary>Says which parameter an HTTP function takes in the query, for the API's documentation. It is a text unless it has bounds.</summary>
/// <param name="name">The parameter.</param>
/// <param name="about">What it means.</param>
[AttributeUsage(AttributeTargets.Method, AllowMultiple = true)]
internal sealed class QueryAttribute(string name, string about) : Attribute
{
    /// <summary>The parameter, a whole number within bounds.</summary>
    public QueryAttribute(string name, string about, long least, long most)
        : this(name, about) => (Least, Most) = (least, most);

    /// <summary>The parameter, a whole number within bounds that has a default.</summary>
    public QueryAttribute(string name, string about, long least, long most, long otherwise)
        : this(name, about, least, most) => Default = otherwise;

    /// <summary>The parameter.</summary>
    public string Name => name;

    /// <summary>What it means.</summary>
    public string About => about;

    /// <summary>The least number; null for a text.</summary>
    public long? Least { get; }

    /// <summary>The greatest number; null for a text.</summary>
    public long? Most { get; }

    /// <summary>What holds where it is absent; null where nothing does.</summary>
    public long? Default { get; }

    /// <summary>Whether it must be there.</summary>
    public bool Required { get; init; }

    /// <summary>An enum whose words it takes.</summary>
    public Type? Words { get; init; }
}
