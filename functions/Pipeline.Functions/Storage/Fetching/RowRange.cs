namespace Pipeline.Storage;

/// <summary>Consecutive rows of a file.</summary>
/// <param name="First">The first row's number in the file, from 0.</param>
/// <param name="Count">How many rows.</param>
public readonly record struct RowRange(long First, long Count)
{
    /// <summary>The last row's number.</summary>
    public long Last => First + Count - 1;
}
