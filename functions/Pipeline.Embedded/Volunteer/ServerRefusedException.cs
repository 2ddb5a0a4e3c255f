using System.Net;

namespace Pipeline.Embedded.Volunteer;

/// <summary>The server does not want what it was asked: asking again does not help.</summary>
/// <param name="status">What it answered.</param>
/// <param name="detail">Why, in its words.</param>
internal sealed class ServerRefusedException(HttpStatusCode status, string detail) : Exception(detail)
{
    public HttpStatusCode Status { get; } = status;

    /// <summary>Where the upload stands, if that is what it is about.</summary>
    public long? UploadOffset { get; init; }

    /// <summary>Whether the server does not know this volunteer or host, or has barred it.</summary>
    public bool IsOfIdentity => Status is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden;
}
