using System.Globalization;
using System.Text.Json;
using Pipeline.Sql;
using Pipeline.Storage;

namespace Pipeline.Streams;

/// <summary>Writes an output as Parquet files of a dataset. Each has a name that says what is in it, so that writing twice changes nothing.</summary>
internal sealed class DatasetSink(DatasetSinkSpec spec, bool corrects, IObjectStore store, DatasetCompactor compactor, TimeProvider time) : IStreamSink
{
    private const int ParallelWrites = 8;

    private readonly StreamOutputReader _reader = new();

    public string? Dataset => spec.Dataset;

    public async Task PublishAsync(StreamOutput output, IStreamFence fence, CancellationToken cancellationToken)
    {
        if (output.Rows == 0 && output.Windows is not { Count: > 0 }) return;
        using var folder = TaskFolder.Create();
        var files = await MakeAsync(output, folder, cancellationToken);
        await Parallel.ForEachAsync(files, new ParallelOptions { MaxDegreeOfParallelism = ParallelWrites, CancellationToken = cancellationToken }, async (file, token) =>
        {
            // Before the file, so that no file is there of which nobody knows how to take it apart.
            if (file.File.Windows is { } windows)
                await PutAsync(WindowsOf(file.File.Path), () => new MemoryStream(JsonSerializer.SerializeToUtf8Bytes(windows)), fence, token);
            await PutAsync(file.File.Path, () => File.OpenRead(file.Local), fence, token);
        });
    }

    public async Task ResetAsync(StreamOrigin origin, long? from, IStreamFence fence, CancellationToken cancellationToken)
    {
        await fence.EnsureOwnedAsync(cancellationToken);
        await compactor.ExpandAsync(spec.Dataset, m => m.Series == origin.Stream && int.Parse(m.Tag, CultureInfo.InvariantCulture) < origin.Generation, cancellationToken);
        var mine = new List<(string Path, SinkFileName Name)>();
        await foreach (var file in store.ListAsync(DatasetFolders.Container, $"{spec.Dataset}/", cancellationToken))
        {
            if (SinkFileName.TryParse(file.Path, out var name) && name.Stream == origin.Stream && name.Place == origin.Place && !(name.Commit?.Generation >= origin.Generation))
                mine.Add((file.Path, name));
        }

        // A commit of rows without windows may hold some from before that time, which do not come again: it stays, as nothing may be lost.
        var reached = mine.Where(f => IsRows(f.Name) && f.Name.End >= from).Select(f => f.Name.Commit!.Value).DefaultIfEmpty().Min();
        foreach (var (path, name) in mine.Where(f => !IsRows(f.Name) || from is null || f.Name.Commit != reached))
        {
            await fence.EnsureOwnedAsync(cancellationToken);
            if (from is null || name.Start >= from) await RemoveAsync(path, cancellationToken);
            else if (name.Commit is not null && name.End > from) await CutAsync(path, from.Value, fence, cancellationToken);
        }
    }

    public ValueTask DisposeAsync()
    {
        _reader.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>Where the windows of a file are told that holds several.</summary>
    internal static string WindowsOf(string path) => $"{path[..path.IndexOf('/')]}/_windows/{path[(path.LastIndexOf('/') + 1)..]}.json";

    private async Task<IReadOnlyList<(SinkFile File, string Local)>> MakeAsync(StreamOutput output, TaskFolder folder, CancellationToken cancellationToken)
    {
        if (AsItIs(output) is { } whole) return [(whole, output.File)];
        var files = new List<(SinkFile, string)>();
        using var opened = _reader.Open(output);
        foreach (var file in await FilesAsync(opened.Session, output, cancellationToken))
        {
            var (made, local) = (opened.File("made.parquet"), folder.File(string.Create(CultureInfo.InvariantCulture, $"{files.Count}.parquet")));
            await opened.Session.WriteResultAsync(file.Sql, output.Columns, made, spec.Compression ?? DatasetSinkSpec.UsualCompression, [], cancellationToken);
            File.Move(made, local);
            files.Add((file, local));
        }

        return files;
    }

    // Many streams give rows of plain types, a commit a file: then the output can go as it is, and a session would take most of the time.
    private SinkFile? AsItIs(StreamOutput output)
    {
        if (spec is not { By: null, Compression: null } || !output.Columns.All(IsStoredAsItIs)) return null;
        if (output.Windows is null) return SinkFiles.OfRows(output, spec, null);
        return SinkFiles.OfWindows(output, spec, corrects) is [var one] && output.Windows.Where(w => w.Rows > 0).Take(2).Count() == (one.Windows is null ? 1 : 2) ? one : null;
    }

    private static bool IsRows(SinkFileName name) => name.Commit is not null && name.Start == name.End;

    private static bool IsStoredAsItIs(ColumnSchema column) => ParquetCarrier.Exact(column.Type) == column.Type && ParquetCarrier.StoredColumns([column])[0].Type == column.Type;

    private async Task<IReadOnlyList<SinkFile>> FilesAsync(DuckDbSession session, StreamOutput output, CancellationToken cancellationToken)
    {
        if (output.Windows is not null) return SinkFiles.OfWindows(output, spec, corrects);
        if (spec.By is null) return [SinkFiles.OfRows(output, spec, null)];
        var times = await session.RunAsync(SinkFiles.Folders(spec), reader =>
        {
            var values = new List<string?>();
            while (reader.Read()) values.Add(reader.IsDBNull(0) ? null : reader.GetString(0));
            return values;
        }, cancellationToken);
        return [.. times.Select(t => SinkFiles.OfRows(output, spec, t))];
    }

    // Whoever has taken the partition may write the same file: so on condition of what was there before the fence was asked.
    private async Task PutAsync(string path, Func<Stream> open, IStreamFence fence, CancellationToken cancellationToken)
    {
        while (true)
        {
            var before = await store.FindAsync(DatasetFolders.Container, path, cancellationToken);
            await fence.EnsureOwnedAsync(cancellationToken);
            try
            {
                await using var content = open();
                await store.WriteAsync(DatasetFolders.Container, path, content, before is null ? WriteCondition.IfAbsent : WriteCondition.IfMatch(before.ETag), cancellationToken);
                return;
            }
            catch (ConditionFailedException)
            {
                // Somebody wrote it in between. If that was the new owner, the fence is closed by now.
            }
        }
    }

    private async Task RemoveAsync(string path, CancellationToken cancellationToken)
    {
        await store.DeleteAsync(DatasetFolders.Container, path, cancellationToken);
        await store.DeleteAsync(DatasetFolders.Container, WindowsOf(path), cancellationToken);
    }

    // Of a file with several windows, those stay that are not made again.
    private async Task CutAsync(string path, long from, IStreamFence fence, CancellationToken cancellationToken)
    {
        if (await store.FindAsync(DatasetFolders.Container, WindowsOf(path), cancellationToken) is null) return;
        IReadOnlyList<OutputWindow> windows;
        await using (var content = await store.OpenReadAsync(DatasetFolders.Container, WindowsOf(path), cancellationToken))
            windows = (await JsonSerializer.DeserializeAsync<List<OutputWindow>>(content, cancellationToken: cancellationToken))!;
        var kept = new List<OutputWindow>();
        var ranges = new List<(long First, long Last)>();
        var first = 0L;
        foreach (var window in windows)
        {
            if (window.Start < from && window.Rows > 0)
            {
                ranges.Add((first, first + window.Rows - 1));
                kept.Add(window);
            }

            first += window.Rows;
        }

        if (kept.Count == windows.Count(w => w.Rows > 0)) return;
        if (kept.Count == 0)
        {
            await RemoveAsync(path, cancellationToken);
            return;
        }

        await RewriteAsync(path, windows.Sum(w => w.Rows), ranges, fence, cancellationToken);
        await PutAsync(WindowsOf(path), () => new MemoryStream(JsonSerializer.SerializeToUtf8Bytes(kept)), fence, cancellationToken);
    }

    private async Task RewriteAsync(string path, long rows, IReadOnlyList<(long First, long Last)> ranges, IStreamFence fence, CancellationToken cancellationToken)
    {
        using var folder = TaskFolder.Create();
        var (old, local) = (folder.File("old.parquet"), folder.File("new.parquet"));
        await using (var content = await store.OpenReadAsync(DatasetFolders.Container, path, cancellationToken))
        await using (var copy = File.Create(old))
            await content.CopyToAsync(copy, cancellationToken);
        var footer = await FooterReader.ReadAsync(old, path, cancellationToken);
        if (footer.Rows != rows) return; // A host did this, and died before it could tell.
        IReadOnlyList<ColumnSchema> columns = [.. footer.Columns.Select(c => new ColumnSchema(c.Name, c.Type))];
        using (var session = DuckDbSession.Open(new DuckDbSessionOptions { TempDirectory = folder.Path }, time))
        {
            session.AddTable(new TableSchema(SinkFiles.Table, ParquetCarrier.WithStoredNames(columns)), [new ParquetFile(old, Rows: ranges)]);
            session.Confine(folder.Path + Path.DirectorySeparatorChar);
            await session.WriteResultAsync($"SELECT * FROM {SinkFiles.Table}", columns, local, spec.Compression ?? DatasetSinkSpec.UsualCompression, [], cancellationToken);
        }

        await PutAsync(path, () => File.OpenRead(local), fence, cancellationToken);
    }
}
