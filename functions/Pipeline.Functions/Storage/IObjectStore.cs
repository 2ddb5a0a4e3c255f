namespace Pipeline.Storage;

/// <summary>
/// Named bytes in containers: a directory on a laptop, Azure Blob storage in the cloud. Both behave alike, and one test suite
/// holds them to it.
/// </summary>
/// <remarks>
/// Names follow <see cref="ObjectName"/>; every method throws <see cref="InvalidObjectNameException"/> for others. A reader
/// sees one whole version of an object, never a part of a write.
/// </remarks>
public interface IObjectStore
{
    /// <summary>Looks an object up.</summary>
    /// <returns>What is known of the object, or null when there is none.</returns>
    Task<ObjectInfo?> FindAsync(string container, string path, CancellationToken ct);

    /// <summary>Lists the objects whose path starts with a prefix, in ordinal order of their paths.</summary>
    /// <param name="container">The container; one that does not exist is empty.</param>
    /// <param name="prefix">What the paths start with, not necessarily a whole folder; empty for everything.</param>
    /// <param name="ct">Stops the listing.</param>
    IAsyncEnumerable<ObjectInfo> ListAsync(string container, string prefix, CancellationToken ct);

    /// <summary>Opens the current version of an object for reading from its start; a later write does not disturb it.</summary>
    /// <exception cref="ObjectNotFoundException">There is no such object.</exception>
    Task<Stream> OpenReadAsync(string container, string path, CancellationToken ct);

    /// <summary>Reads a range of bytes.</summary>
    /// <param name="container">The container.</param>
    /// <param name="path">The path in the container.</param>
    /// <param name="offset">The first byte's place, from 0.</param>
    /// <param name="buffer">Where the bytes go; its length is how many are wanted.</param>
    /// <param name="ifMatch">The version that must still be the current one, or null for any.</param>
    /// <param name="ct">Stops the reading.</param>
    /// <returns>How many bytes were read: fewer than wanted only where the object ends, 0 at or past its end.</returns>
    /// <exception cref="ObjectNotFoundException">There is no such object.</exception>
    /// <exception cref="ConditionFailedException">The object is no longer the version asked for.</exception>
    Task<int> ReadRangeAsync(string container, string path, long offset, Memory<byte> buffer, string? ifMatch, CancellationToken ct);

    /// <summary>
    /// Writes an object whole, replacing an earlier version at once: readers see the old or the new one, and a write that
    /// fails leaves the old one as it was. The container appears with its first object.
    /// </summary>
    /// <param name="container">The container.</param>
    /// <param name="path">The path in the container.</param>
    /// <param name="content">The bytes, from the stream's current position to its end. The caller disposes it.</param>
    /// <param name="condition">What must hold of the object at the moment of the replacement.</param>
    /// <param name="ct">Abandons the write.</param>
    /// <returns>The version written.</returns>
    /// <exception cref="ConditionFailedException">The condition does not hold; nothing was written.</exception>
    /// <exception cref="StorageFullException">There is no room; nothing was written.</exception>
    Task<ObjectInfo> WriteAsync(string container, string path, Stream content, WriteCondition condition, CancellationToken ct);

    /// <summary>Deletes an object.</summary>
    /// <returns>Whether there was one.</returns>
    Task<bool> DeleteAsync(string container, string path, CancellationToken ct);

    /// <summary>Where an object may be read in place as an ordinary file.</summary>
    /// <returns>The full path of a file, or null where the store keeps no local file of the object.</returns>
    string? LocalPath(string container, string path);
}
