using System.Text;
using Microsoft.Extensions.Time.Testing;
using Pipeline.Governance;
using Pipeline.Storage;
using Pipeline.Tests.Storage;

namespace Pipeline.Tests.Governance;

/// <summary>A store under the rules about data, as an app in one region has it; several may share a folder.</summary>
internal sealed class GovernedBed : IDisposable
{
    private readonly TemporaryFolder? _own;

    public GovernedBed(string? region, GovernedBed? shared = null)
    {
        _own = shared is null ? new TemporaryFolder() : null;
        Time = shared?.Time ?? new FakeTimeProvider(new DateTimeOffset(2026, 1, 31, 12, 0, 0, TimeSpan.Zero));
        Inner = shared?.Inner ?? new DirectoryObjectStore(_own!.Path, Time);
        Policies = new PolicyStore(Inner, Time);
        Audit = new AuditLog(Inner, new AppRegion(region), Time);
        Rules = new ResidencyRules(Policies, new ResidencyJudge(Policies, new AppRegion(region)), Audit, (id, _) => Task.FromResult(Jobs.GetValueOrDefault(id)), Time);
        Store = new GovernedStore(Inner, Rules);
    }

    public FakeTimeProvider Time { get; }

    public IObjectStore Inner { get; }

    public PolicyStore Policies { get; }

    public AuditLog Audit { get; }

    public ResidencyRules Rules { get; }

    public IObjectStore Store { get; }

    /// <summary>What jobs read, by their ids.</summary>
    public Dictionary<string, DataUse> Jobs { get; } = [];

    public async Task PolicyTextAsync(string subject, string json)
    {
        await PutAsync(Inner, subject, "_policy.json", json);
        Time.Advance(PolicyStore.KeptFor);
    }

    public Task PolicyAsync(string subject, params string[] regions) => PolicyTextAsync(subject, $$"""{"regions":[{{string.Join(",", regions.Select(r => $"\"{r}\""))}}]}""");

    public Task DataAsync(string subject) => PutAsync(Inner, subject, "part.parquet", "rows");

    public static async Task PutAsync(IObjectStore store, string subject, string file, string text)
    {
        var slash = subject.IndexOf('/', StringComparison.Ordinal);
        await store.WriteAsync(subject[..slash], $"{subject[(slash + 1)..]}/{file}", new MemoryStream(Encoding.UTF8.GetBytes(text)), WriteCondition.None, default);
    }

    /// <summary>Writes a file as a task of a job does.</summary>
    public async Task WriteAsJobAsync(string jobId, string subject)
    {
        DataFlow.EnterJob(jobId);
        await PutAsync(Store, subject, $"{Guid.NewGuid():n}.parquet", "rows");
    }

    public async Task<string?> RegionsAsync(string subject) => (await Policies.FindAsync(subject, fresh: true, default)).Policy?.ToString();

    public async Task<IReadOnlyList<AuditEntry>> DecisionsAsync() => [.. (await Audit.ReadAsync(1_000, null, default)).Records.Select(r => r.Entry).Reverse()];

    public void Dispose()
    {
        Audit.Dispose();
        _own?.Dispose();
    }
}
