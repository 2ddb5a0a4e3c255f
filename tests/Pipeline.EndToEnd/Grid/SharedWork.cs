using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Pipeline.Embedded.Volunteer;
using Pipeline.Grid.Applications;
using Pipeline.Grid.Applications.Alignment;
using Pipeline.Grid.Scheduling;

namespace Pipeline.EndToEnd.Grid;

/// <summary>The tasks of hosts that all share this machine: a unit is computed once for all of those who compute it.</summary>
internal sealed class SharedWork(string folder, string reference)
{
    public static readonly ApplicationVersion Application = new("alignment", 1);

    private readonly AlignmentApplication _alignment = new();
    private readonly ConcurrentDictionary<string, Lazy<Task<byte[]>>> _computed = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<(HostBehaviour, string), int> _counts = new();

    /// <summary>Counts something that a host did or was told.</summary>
    public void Count(HostBehaviour who, string what) => _counts.AddOrUpdate((who, what), 1, (_, count) => count + 1);

    /// <summary>What the hosts did, a line a behaviour.</summary>
    public IEnumerable<string> Counts() => _counts.GroupBy(c => c.Key.Item1).OrderBy(g => g.Key)
        .Select(g => $"  {g.Key,-9} {string.Join(", ", g.OrderBy(c => c.Key.Item2, StringComparer.Ordinal).Select(c => $"{c.Value} {c.Key.Item2}"))}");

    /// <summary>Fetches a task's input and computes it.</summary>
    public async Task<byte[]> ComputeAsync(Assignment task, GridClient client, CancellationToken cancellationToken) =>
        await _computed.GetOrAdd(task.InputSha256, _ => new Lazy<Task<byte[]>>(() => FetchAndComputeAsync(task, client))).Value.WaitAsync(cancellationToken);

    /// <summary>Computes a work unit.</summary>
    public byte[] Compute(UnitPayload payload)
    {
        using var computation = _alignment.Open(payload, default);
        while (!computation.Step(CancellationToken.None))
        {
        }
        return computation.Result().ToArray();
    }

    /// <summary>A result that could be true and is not: every place and score of it is another. The same teller tells the same lie.</summary>
    public static byte[] Forge(byte[] right, string teller)
    {
        var lie = 1 + SHA256.HashData(Encoding.UTF8.GetBytes(teller))[0] % 200 + SHA256.HashData([.. right, .. Encoding.UTF8.GetBytes(teller)])[0];
        var lines = Encoding.ASCII.GetString(right).Split('\n');
        for (var i = 1; i < lines.Length - 1; i++)
        {
            var values = lines[i].Split('\t');
            (values[3], values[4]) = ($"{lie}", $"{lie + 7}");
            lines[i] = string.Join('\t', values);
        }
        var forged = Encoding.ASCII.GetBytes(string.Join('\n', lines));
        return forged.AsSpan().SequenceEqual(right) ? throw new InvalidOperationException("The lie is the truth.") : forged;
    }

    private async Task<byte[]> FetchAndComputeAsync(Assignment task, GridClient client)
    {
        try
        {
            var path = Path.Combine(folder, task.InputSha256);
            await using (var file = new FileStream(path, FileMode.Create))
                await client.DownloadAsync(task.InputPath, file, 1 << 20, CancellationToken.None);
            var input = await File.ReadAllBytesAsync(path, CancellationToken.None);
            Assert.Equal(task.InputSha256, Convert.ToHexStringLower(SHA256.HashData(input)));
            return Compute(new UnitPayload(task.UnitName, input, new Dictionary<string, string> { [task.SharedFiles[0].Name] = reference }));
        }
        catch
        {
            // Whoever comes next tries again: the server may be back.
            _computed.TryRemove(task.InputSha256, out _);
            throw;
        }
    }
}
