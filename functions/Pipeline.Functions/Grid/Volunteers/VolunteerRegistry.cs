using System.Text.Json;
using Microsoft.Extensions.Caching.Memory;
using Pipeline.Grid.Scheduling;
using Pipeline.Grid.Wire;
using Pipeline.Storage;

namespace Pipeline.Grid.Volunteers;

/// <summary>Volunteers and hosts with the hashes of their tokens, in the object store. Records never change, so that they may be kept in
/// memory; how many are is bounded.</summary>
public sealed class VolunteerRegistry(IObjectStore store, TimeProvider time) : IDisposable
{
    private const int MostRemembered = 20_000;

    private static readonly TimeSpan s_remembered = TimeSpan.FromMinutes(10);

    private readonly MemoryCache _cache = new(new MemoryCacheOptions { SizeLimit = MostRemembered });

    /// <summary>Makes a volunteer's account.</summary>
    public async Task<VolunteerAnswer> RegisterVolunteerAsync(VolunteerRequest request, CancellationToken cancellationToken)
    {
        var (text, token) = GridToken.Create(GridToken.Volunteer);
        await WriteAsync(VolunteerPath(token.Id), new VolunteerRecord(token.Id, request.Name.Trim(), Convert.ToHexStringLower(token.Hash), time.GetUtcNow()), cancellationToken);
        return new VolunteerAnswer(token.Id, text);
    }

    /// <summary>Makes a host's account.</summary>
    /// <param name="volunteerId">Whose it is.</param>
    /// <param name="announce">Makes the host known to the scheduler.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The host and its token.</returns>
    public async Task<(HostKey Host, string Token)> RegisterHostAsync(string volunteerId, Func<HostKey, Task> announce, CancellationToken cancellationToken)
    {
        var (text, token) = GridToken.Create(GridToken.Host);
        var host = new HostKey(volunteerId, token.Id);
        // The scheduler first: a record without a host would be a token that opens nothing.
        await announce(host);
        await WriteAsync(HostPath(token.Id), new HostRecord(token.Id, volunteerId, Convert.ToHexStringLower(token.Hash), time.GetUtcNow()), cancellationToken);
        return (host, text);
    }

    /// <summary>The volunteer whose token this is; null where it is nobody's.</summary>
    internal async Task<VolunteerRecord?> VolunteerOfAsync(GridToken token, CancellationToken cancellationToken) =>
        token.Kind == GridToken.Volunteer && await FindVolunteerAsync(token.Id, cancellationToken) is { } record && token.Matches(record.TokenSha256) ? record : null;

    /// <summary>The host whose token this is; null where it is nobody's.</summary>
    internal async Task<HostKey?> HostOfAsync(GridToken token, CancellationToken cancellationToken) =>
        token.Kind == GridToken.Host && await FindAsync<HostRecord>(HostPath(token.Id), cancellationToken) is { } record && token.Matches(record.TokenSha256)
            ? new HostKey(record.VolunteerId, record.HostId)
            : null;

    /// <summary>A volunteer's record.</summary>
    internal Task<VolunteerRecord?> FindVolunteerAsync(string volunteerId, CancellationToken cancellationToken) =>
        FindAsync<VolunteerRecord>(VolunteerPath(volunteerId), cancellationToken);

    /// <inheritdoc/>
    public void Dispose() => _cache.Dispose();

    private static string VolunteerPath(string id) => $"volunteers/{id}.json";

    private static string HostPath(string id) => $"hosts/{id}.json";

    private async Task<T?> FindAsync<T>(string path, CancellationToken cancellationToken) where T : class
    {
        if (_cache.TryGetValue(path, out T? known))
            return known;
        if (await store.TryReadAllAsync(SecretContainer.Name, path, cancellationToken) is not { } bytes)
            return null;
        var record = JsonSerializer.Deserialize<T>(bytes, GridJson.Options);
        _cache.Set(path, record, new MemoryCacheEntryOptions { Size = 1, AbsoluteExpirationRelativeToNow = s_remembered });
        return record;
    }

    private Task<ObjectInfo> WriteAsync<T>(string path, T record, CancellationToken cancellationToken) =>
        SecretContainer.WriteAsync(store, path, JsonSerializer.SerializeToUtf8Bytes(record, GridJson.Options), WriteCondition.IfAbsent, cancellationToken);
}
