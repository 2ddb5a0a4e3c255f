namespace Pipeline.Jobs;

/// <summary>There is nothing of the name that somebody asked for. The HTTP API answers 404 with the message.</summary>
/// <param name="message">What is not there, and where those that there are can be found.</param>
public sealed class NotFoundException(string message) : Exception(message)
{
    // The name comes from outside, and more of it would only fill the answer.
    private const int MostShown = 80;

    /// <summary>Of a kind of thing that a route lists.</summary>
    /// <param name="kind">What was asked for, for instance <c>job</c>.</param>
    /// <param name="name">The name that nothing has.</param>
    /// <param name="list">The route that lists all of the kind, for instance <c>/api/jobs</c>.</param>
    public NotFoundException(string kind, string name, string list)
        : this($"There is no {kind} '{(name.Length > MostShown ? name[..MostShown] + "…" : name)}'. GET {list} lists those that there are.")
    {
    }
}
