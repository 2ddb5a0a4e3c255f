namespace Pipeline.Storage;

/// <summary>There is no object of that name.</summary>
public sealed class ObjectNotFoundException : StorageException
{
    /// <summary>Creates the exception.</summary>
    public ObjectNotFoundException(string container, string path, Exception? innerException = null)
        : base($"There is no object '{path}' in container '{container}'.", innerException)
    {
        Container = container;
        Path = path;
    }

    /// <summary>The container that was asked.</summary>
    public string Container { get; }

    /// <summary>The path that was asked for.</summary>
    public string Path { get; }
}
