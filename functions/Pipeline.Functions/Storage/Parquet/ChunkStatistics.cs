namespace Pipeline.Storage;

/// <summary>What a footer says for certain about the values of a column in a row group. What it does not say, or not reliably, is null.</summary>
/// <param name="Min">The least value, as text that DuckDB casts to the column's type.</param>
/// <param name="Max">The greatest value, likewise. Unknown for floating point: not-a-number, which sorts last, is not in the statistics.</param>
/// <param name="NullCount">How many rows hold null.</param>
public sealed record ChunkStatistics(string? Min, string? Max, long? NullCount)
{
    /// <summary>Nothing is known.</summary>
    public static ChunkStatistics Unknown { get; } = new(null, null, null);
}
