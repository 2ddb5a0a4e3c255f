using System.Collections.Concurrent;
using Pipeline.Jobs;
using Pipeline.Storage;

namespace Pipeline.Governance;

/// <summary>Finds the policies of data, and remembers them for a moment, as every read of a range asks.</summary>
internal sealed class PolicyStore(IObjectStore store, TimeProvider time)
{
    /// <summary>For how long a policy is taken to be as it was. A change counts after that everywhere.</summary>
    public static readonly TimeSpan KeptFor = TimeSpan.FromSeconds(2);

    private const int MostKept = 10_000;

    private readonly ConcurrentDictionary<string, (PolicyFinding Found, long At)> _kept = new(StringComparer.Ordinal);

    /// <summary>The policy of a subject, such as <c>datasets/flights</c>.</summary>
    /// <param name="subject">Container and name.</param>
    /// <param name="fresh">Whether to look even if it was looked at a moment ago.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async ValueTask<PolicyFinding> FindAsync(string subject, bool fresh, CancellationToken cancellationToken)
    {
        if (!fresh && _kept.TryGetValue(subject, out var kept) && time.GetElapsedTime(kept.At) < KeptFor)
            return kept.Found;
        // The moment before the look: what is written during it may have been missed.
        var at = time.GetTimestamp();
        var found = await ReadAsync(subject, cancellationToken);
        if (_kept.Count >= MostKept)
            _kept.Clear();
        _kept[subject] = (found, at);
        return found;
    }

    /// <summary>Whether there is anything of a subject besides its policy.</summary>
    public async Task<bool> HoldsDataAsync(string subject, CancellationToken cancellationToken)
    {
        var (container, name) = Split(subject);
        await foreach (var found in store.ListAsync(container, $"{name}/", cancellationToken))
        {
            if (found.Path != $"{name}/{ResidencyPolicy.FileName}" && found.Length > 0)
                return true;
        }
        return false;
    }

    /// <summary>Writes a policy.</summary>
    /// <exception cref="ConditionFailedException">There is another version than was asked for.</exception>
    public async Task WriteAsync(string subject, ResidencyPolicy policy, WriteCondition condition, CancellationToken cancellationToken)
    {
        var (container, name) = Split(subject);
        await store.WriteAsync(container, $"{name}/{ResidencyPolicy.FileName}", new MemoryStream(policy.ToJson()), condition, cancellationToken);
        _kept.TryRemove(subject, out _);
    }

    private async Task<PolicyFinding> ReadAsync(string subject, CancellationToken cancellationToken)
    {
        var (container, name) = Split(subject);
        var path = $"{name}/{ResidencyPolicy.FileName}";
        if (await LookAsync(container, path, cancellationToken) is not { } file)
            return PolicyFinding.None;
        if (file.Length > ResidencyPolicy.MaxBytes)
            return new PolicyFinding(null, file.ETag, $"it has {ByteSize.Format(file.Length)}; at most {ByteSize.Format(ResidencyPolicy.MaxBytes)} are read");
        try
        {
            return await store.TryReadAllAsync(container, path, cancellationToken) is { } json ? new PolicyFinding(ResidencyPolicy.Parse(json), file.ETag, null) : PolicyFinding.None;
        }
        catch (SpecException e)
        {
            return new PolicyFinding(null, file.ETag, e.Message.TrimEnd('.'));
        }
    }

    private async Task<ObjectInfo?> LookAsync(string container, string path, CancellationToken cancellationToken)
    {
        try
        {
            return await store.FindAsync(container, path, cancellationToken);
        }
        catch (InvalidObjectNameException)
        {
            return null; // What cannot be named is not there; whoever reads the spec says so.
        }
    }

    private static (string Container, string Name) Split(string subject)
    {
        var slash = subject.IndexOf('/', StringComparison.Ordinal);
        return (subject[..slash], subject[(slash + 1)..]);
    }
}
