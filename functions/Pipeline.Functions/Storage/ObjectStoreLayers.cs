namespace Pipeline.Storage;

/// <summary>Looks beneath the layers of a store.</summary>
public static class ObjectStoreLayers
{
    /// <summary>The store that keeps the objects: for the host's own triggers, and for whoever must know of which kind it is.</summary>
    public static IObjectStore Innermost(this IObjectStore store)
    {
        while (store is IObjectStoreLayer layer)
            store = layer.Inner;
        return store;
    }
}
