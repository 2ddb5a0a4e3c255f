using System.Globalization;
using System.Text.Json;
using Pipeline.Jobs;
using Pipeline.Storage;

namespace Pipeline.Grid.Splitting;

/// <summary>Keeps a job's units until they are registered, and what its parts are made of.</summary>
internal sealed class UnitPages(IObjectStore store)
{
    public Task WriteAsync(GridRun run, int page, UnitPage units, CancellationToken cancellationToken) => WriteAsync(PathOf(run, "units", page), units, cancellationToken);

    public async Task<UnitPage> ReadAsync(GridRun run, int page, CancellationToken cancellationToken) =>
        await TryReadAsync<UnitPage>(PathOf(run, "units", page), cancellationToken) ?? throw new InvalidDataException($"{JobFiles.Container}/{PathOf(run, "units", page)} is gone.");

    /// <summary>Keeps what a part of the result holds. It is written behind the part's file, which is whole then.</summary>
    public Task WriteAsync(GridRun run, int part, PartReport report, CancellationToken cancellationToken) => WriteAsync(PathOf(run, "parts", part), report, cancellationToken);

    public Task<PartReport?> FindPartAsync(GridRun run, int part, CancellationToken cancellationToken) => TryReadAsync<PartReport>(PathOf(run, "parts", part), cancellationToken);

    private Task<ObjectInfo> WriteAsync<T>(string path, T document, CancellationToken cancellationToken) =>
        store.WriteAsync(JobFiles.Container, path, new MemoryStream(JsonSerializer.SerializeToUtf8Bytes(document, Responses.Json)), WriteCondition.None, cancellationToken);

    private async Task<T?> TryReadAsync<T>(string path, CancellationToken cancellationToken)
        where T : class => await store.TryReadAllAsync(JobFiles.Container, path, cancellationToken) is { } bytes ? JsonSerializer.Deserialize<T>(bytes, Responses.Json) : null;

    private static string PathOf(GridRun run, string kind, int number) => string.Create(CultureInfo.InvariantCulture, $"{JobFiles.Work(run.JobId, run.Run)}{kind}/{number:D6}.json");
}
