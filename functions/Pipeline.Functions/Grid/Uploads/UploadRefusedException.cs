namespace Pipeline.Grid.Uploads;

/// <summary>A part of an upload is not what it must be.</summary>
/// <param name="status">The HTTP status that it means.</param>
/// <param name="detail">What is wrong and what to do.</param>
/// <param name="offset">Where the upload stands; null where that is not what is wrong.</param>
internal sealed class UploadRefusedException(int status, string detail, long? offset = null) : Exception(detail)
{
    public int Status { get; } = status;

    public long? Offset { get; } = offset;
}
