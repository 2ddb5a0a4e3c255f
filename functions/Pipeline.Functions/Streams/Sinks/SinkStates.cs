using Pipeline.Storage;

namespace Pipeline.Streams;

/// <summary>What sinks keep of a stream beside what they have published: alerts and order books. It goes with the stream, as another stream
/// of the same name begins with its own first commit.</summary>
internal sealed class SinkStates(IObjectStore store)
{
    private static readonly string[] s_containers = [AlertStore.Container, BookStore.Container];

    /// <summary>Removes all of it.</summary>
    public async Task RemoveAsync(string stream, CancellationToken ct)
    {
        foreach (var container in s_containers)
        {
            await foreach (var file in store.ListAsync(container, $"{stream}/", ct)) await store.DeleteAsync(container, file.Path, ct);
        }
    }
}
