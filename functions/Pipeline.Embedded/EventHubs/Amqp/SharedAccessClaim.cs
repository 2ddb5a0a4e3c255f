namespace Pipeline.Embedded.EventHubs.Amqp;

/// <summary>What a shared access signature opens.</summary>
/// <param name="Path">The resource, such as <c>hub/Partitions/0</c>; empty for all.</param>
/// <param name="ExpiresAt">Until when.</param>
internal readonly record struct SharedAccessClaim(string Path, DateTimeOffset ExpiresAt)
{
    private const string Management = "$management";

    /// <summary>Whether the claim opens an address: its own path and what is below it.</summary>
    public bool Covers(string address)
    {
        // Clients ask for a hub's token in the name of its management node too.
        var path = Path.EndsWith("/" + Management, StringComparison.OrdinalIgnoreCase) ? Path[..^(Management.Length + 1)] : Path;
        address = address.Trim('/');
        return path.Length == 0
            || (address.StartsWith(path, StringComparison.OrdinalIgnoreCase) && (address.Length == path.Length || address[path.Length] == '/'));
    }
}
