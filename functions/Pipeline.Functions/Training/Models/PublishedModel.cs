using Pipeline.Jobs;

namespace Pipeline.Training;

/// <summary>What a training has made.</summary>
/// <param name="Name">The model.</param>
/// <param name="Version">Its version.</param>
/// <param name="Columns">The columns of the result, whose rows are epochs.</param>
/// <param name="File">Where the rows are, in the container <c>results</c>.</param>
/// <param name="Rows">How many there are.</param>
/// <param name="Bytes">How many bytes they have.</param>
/// <param name="Artifacts">Pictures and the model's card, as <c>container/path</c>.</param>
/// <param name="Error">Why there is none, where trying again cannot help.</param>
public sealed record PublishedModel(
    string Name, int Version, IReadOnlyList<ResultColumn> Columns, string File, int Rows, long Bytes, IReadOnlyList<string> Artifacts, JobError? Error = null)
{
    /// <summary>Nothing, for a reason.</summary>
    public static PublishedModel Failed(JobError error) => new("", 0, [], "", 0, 0, [], error);
}
