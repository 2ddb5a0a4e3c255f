namespace Pipeline.Jobs;

/// <summary>An error of the HTTP API: RFC 9457, <c>application/problem+json</c>.</summary>
/// <param name="Type">Which kind of problem, as a URI; see <see cref="ProblemTypes"/>.</param>
/// <param name="Title">The kind in words.</param>
/// <param name="Status">The HTTP status code.</param>
/// <param name="Detail">What went wrong this time, and what to do.</param>
/// <param name="Errors">Every fault of the input at once; null where the input is not what is wrong.</param>
public sealed record Problem(
    string Type,
    string Title,
    int Status,
    string Detail,
    IReadOnlyList<SpecFault>? Errors = null);
