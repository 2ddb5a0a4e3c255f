namespace Pipeline.Storage;

/// <summary>One version of an object.</summary>
/// <param name="Container">The container that holds it.</param>
/// <param name="Path">Its path in the container.</param>
/// <param name="Length">Its length in bytes.</param>
/// <param name="ETag">A name of this version, another after every write. Only equality means anything.</param>
/// <param name="LastModified">When it was written.</param>
public sealed record ObjectInfo(string Container, string Path, long Length, string ETag, DateTimeOffset LastModified);
