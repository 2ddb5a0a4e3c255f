using System.Globalization;
using System.Text.Json;
using Pipeline.Grid.Applications;
using Pipeline.Grid.Splitting;
using Pipeline.Grid.State;
using Pipeline.Grid.Units;
using Pipeline.Grid.Validation;
using Pipeline.Jobs;
using Pipeline.Storage;

namespace Pipeline.Grid.Assimilation;

/// <summary>Gathers canonical results into the job's result, a Parquet file a part.</summary>
internal sealed class Assimilator(IObjectStore store, UnitPages parts, ResultFiles results)
{
    // Rows that are held in memory before they go to the file.
    private const int RowsPerGroup = 50_000;

    /// <summary>Writes a part, unless it was written before: then its units may be gone already.</summary>
    public async Task<PartReport> WriteAsync(GridRun run, int part, IGridApplication application, JobRow? job, IReadOnlyList<WorkUnit> units, CancellationToken cancellationToken)
    {
        if (await parts.FindPartAsync(run, part, cancellationToken) is { } written)
            return written;
        if (job is null)
            throw new InvalidDataException($"Job '{run.JobId}' is no longer open.");
        var name = string.Create(CultureInfo.InvariantCulture, $"{JobFiles.Result(run.JobId)}{run.Run}-{part:D5}");
        var report = await WriteRowsAsync($"{name}.parquet", application, job, [.. units.Where(u => u.Canonical is not null).OrderBy(u => u.Setup.Number)], cancellationToken);
        var failed = units.Where(u => u.Error != UnitError.None).OrderBy(u => u.Setup.Number).ToList();
        if (failed.Count > 0)
        {
            var list = failed.Select(u => new FailedUnit(u.Setup.Name, u.Error.ToString(), u.Results.Count(r => r.HostId is not null)));
            await store.WriteAsync(JobFiles.Results, $"{name}-failed.json", new MemoryStream(JsonSerializer.SerializeToUtf8Bytes(list, Responses.Json)), WriteCondition.None, cancellationToken);
            report = report with { Failures = $"{name}-failed.json" };
        }
        await parts.WriteAsync(run, part, report, cancellationToken);
        return report;
    }

    private async Task<PartReport> WriteRowsAsync(string path, IGridApplication application, JobRow job, List<WorkUnit> units, CancellationToken cancellationToken)
    {
        if (units.Count == 0)
            return new PartReport(null, 0, 0, null);
        using var folder = TaskFolder.Create();
        var local = folder.File("part.parquet");
        ResultFile? file = null;
        long rows = 0;
        IReadOnlyList<ResultColumn> columns = [];
        await using (var content = new FileStream(local, FileMode.CreateNew, FileAccess.ReadWrite))
        {
            try
            {
                foreach (var unit in units)
                {
                    var table = await ReadAsync(application, job, unit, cancellationToken);
                    file ??= await ResultFile.CreateAsync(content, table.Fields, cancellationToken);
                    file.Add(unit.Setup.Name, table.Rows);
                    rows += table.Rows.Count;
                    if (file.Waiting >= RowsPerGroup)
                        await file.FlushAsync(cancellationToken);
                }
                columns = file!.Columns;
                await file.FlushAsync(cancellationToken);
            }
            finally
            {
                if (file is not null)
                    await file.DisposeAsync();
            }
        }
        await using var whole = File.OpenRead(local);
        var stored = await store.WriteAsync(JobFiles.Results, path, whole, WriteCondition.None, cancellationToken);
        return new PartReport(path, rows, stored.Length, columns);
    }

    // The canonical result, or where its file is no longer what was validated, one that was found to agree with it.
    private async Task<ResultTable> ReadAsync(IGridApplication application, JobRow job, WorkUnit unit, CancellationToken cancellationToken)
    {
        foreach (var result in unit.Results.Where(r => r.Validate == ValidateState.Valid).OrderBy(r => r.Ordinal != unit.Canonical))
        {
            if (await results.TryReadAsync(application, job, unit, result, cancellationToken) is { } found)
                return found.Table;
        }
        throw new InvalidDataException($"No file of unit '{unit.Setup.Name}' is what was validated any more: they were changed or removed from the container '{GridFiles.Container}'.");
    }

    private sealed record FailedUnit(string Unit, string Reason, int Results);
}
