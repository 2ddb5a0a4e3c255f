namespace Pipeline.Storage;

/// <summary>A store that adds something to another one.</summary>
public interface IObjectStoreLayer
{
    /// <summary>The other one.</summary>
    IObjectStore Inner { get; }
}
