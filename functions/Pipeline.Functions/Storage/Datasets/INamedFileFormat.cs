namespace Pipeline.Storage;

/// <summary>A format of files that lie beside a dataset's data and that programs read by name. Rooms register theirs; an upload of such a
/// file is looked at before it takes the place of an older one.</summary>
public interface INamedFileFormat
{
    /// <summary>What the names of its files end with, the dot included.</summary>
    string Extension { get; }

    /// <summary>Looks whether a file is whole and of this format.</summary>
    /// <param name="content">The file, from its beginning.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="FormatException">It is not; the message says where and why, as sentences.</exception>
    Task CheckAsync(Stream content, CancellationToken cancellationToken);
}
