namespace Pipeline.Grid.Wire;

/// <summary>How far an upload is.</summary>
/// <param name="ResultId">The result.</param>
/// <param name="Offset">Bytes that are stored: where the next part begins. Also in the header <c>Upload-Offset</c>.</param>
/// <param name="Complete">Whether the file is whole and its checksum right. Also in the header <c>Upload-Complete</c>.</param>
public sealed record UploadState(string ResultId, long Offset, bool Complete);
