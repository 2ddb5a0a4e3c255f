namespace Pipeline.Jobs;

/// <summary>The kinds of problem that the HTTP API answers with.</summary>
public static class ProblemTypes
{
    /// <summary>400: the document is not well-formed JSON.</summary>
    public const string MalformedJson = "urn:pipeline:problem:malformed-json";

    /// <summary>400: the document is JSON, but not a valid spec.</summary>
    public const string InvalidSpec = "urn:pipeline:problem:invalid-spec";

    /// <summary>400: a name, path, query parameter or file is not valid.</summary>
    public const string InvalidRequest = "urn:pipeline:problem:invalid-request";

    /// <summary>401: the request does not say who makes it.</summary>
    public const string Unauthenticated = "urn:pipeline:problem:unauthenticated";

    /// <summary>403: whoever makes the request may not.</summary>
    public const string Forbidden = "urn:pipeline:problem:forbidden";

    /// <summary>403: a rule about data forbids it.</summary>
    public const string Policy = "urn:pipeline:problem:data-policy";

    /// <summary>404: there is no such thing.</summary>
    public const string NotFound = "urn:pipeline:problem:not-found";

    /// <summary>409: the state of the thing does not allow it, or it exists already.</summary>
    public const string Conflict = "urn:pipeline:problem:conflict";

    /// <summary>413: the document is larger than allowed.</summary>
    public const string TooLarge = "urn:pipeline:problem:too-large";

    /// <summary>429 or 503: the caller, or all callers together, ask more than is taken; the header <c>Retry-After</c> says when to try again.</summary>
    public const string TooManyRequests = "urn:pipeline:problem:too-many-requests";

    /// <summary>507: the store is full.</summary>
    public const string StorageFull = "urn:pipeline:problem:storage-full";
}
