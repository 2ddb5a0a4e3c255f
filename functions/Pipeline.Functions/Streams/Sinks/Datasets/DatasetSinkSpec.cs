namespace Pipeline.Streams;

/// <summary>What a spec says of a dataset sink.</summary>
/// <param name="Dataset">The dataset.</param>
/// <param name="By">How long the times are that share a folder; null for no folders.</param>
/// <param name="TimeColumn">The column that says when a row is, for queries without windows.</param>
/// <param name="Compression">The files' compression; null where it does not matter.</param>
internal sealed record DatasetSinkSpec(string Dataset, DatasetGranularity? By, string? TimeColumn, string? Compression)
{
    /// <summary>The usual compression.</summary>
    public const string UsualCompression = "zstd";
}
