namespace Pipeline.Jobs;

/// <summary>What a dataset held when an upload to it was over; written to <c>jobs/uploads/{dataset}/{fingerprint}.json</c>.</summary>
/// <param name="Dataset">The dataset.</param>
/// <param name="Fingerprint">Derived from all its files and their versions: the same data, the same fingerprint.</param>
/// <param name="Files">How many Parquet files it has.</param>
/// <param name="Bytes">How many bytes they hold.</param>
public sealed record UploadManifest(string Dataset, string Fingerprint, int Files, long Bytes);
