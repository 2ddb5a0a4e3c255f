namespace Pipeline.Jobs;

/// <summary>A kind of problem that the HTTP API answers with, for those who meet it.</summary>
/// <param name="Type">A problem's <c>type</c>: where this is told, on the app itself.</param>
/// <param name="Statuses">The HTTP status codes that it comes with.</param>
/// <param name="Title">The kind in words: a problem's <c>title</c>.</param>
/// <param name="Meaning">When it comes.</param>
/// <param name="Advice">What to do about it.</param>
public sealed record ProblemType(string Type, IReadOnlyList<int> Statuses, string Title, string Meaning, string Advice)
{
    /// <summary>Its name, for instance <c>not-found</c>.</summary>
    public string Name => Type[ProblemTypes.Place.Length..];
}
