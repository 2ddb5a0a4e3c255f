namespace Pipeline.Training;

/// <summary>The share of a task that makes samples of rows.</summary>
/// <param name="Files">Files, or parts of them, in row order.</param>
/// <param name="ForValidation">Whether they are of the validation dataset.</param>
public sealed record PrepareTask(IReadOnlyList<DataFile> Files, bool ForValidation)
{
    /// <summary>How many rows they have.</summary>
    public long Rows() => Files.Sum(f => f.Rows);
}
