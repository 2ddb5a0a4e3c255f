namespace Pipeline.Embedded.Hosting;

/// <summary>Where a function's result goes, or a property of it.</summary>
/// <param name="name">The property's name, or <c>$return</c>.</param>
internal abstract class OutputBinding(string name)
{
    /// <summary>What stands for the result itself.</summary>
    public const string Return = "$return";

    /// <summary>The property's name, or <c>$return</c>.</summary>
    public string Name { get; } = name;

    /// <summary>The output's name as binding metadata give it, for instance <c>eventHub</c>.</summary>
    public abstract string Type { get; }

    /// <summary>Sends what a function has returned. What it throws is the invocation's failure.</summary>
    public abstract Task WriteAsync(object? result, CancellationToken cancellationToken);
}
