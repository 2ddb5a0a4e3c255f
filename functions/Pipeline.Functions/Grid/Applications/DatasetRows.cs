using System.Data.Common;
using System.Runtime.CompilerServices;
using Pipeline.Sql;
using Pipeline.Storage;

namespace Pipeline.Grid.Applications;

/// <summary>Reads some columns of a dataset, file by file in the order of their names, and rows in the order of the file.</summary>
internal static class DatasetRows
{
    private const string Table = "data";

    /// <summary>Reads the rows of each file.</summary>
    /// <param name="store">Where the dataset is.</param>
    /// <param name="name">The dataset.</param>
    /// <param name="columns">Names of columns and the SQL types that they are read as.</param>
    /// <param name="read">Reads all rows of a file, and says which one is wrong.</param>
    /// <param name="ct">Stops the reading.</param>
    /// <exception cref="InvalidDataException">The dataset lacks a column, or a value is of another kind.</exception>
    public static async IAsyncEnumerable<T> ReadAsync<T>(
        IObjectStore store, string name, IReadOnlyList<(string Column, string Type)> columns, Func<DbDataReader, string, T> read, [EnumeratorCancellation] CancellationToken ct)
    {
        using var footers = new FooterReader(store);
        var dataset = await new DatasetCatalog(store, new DatasetListing(store), footers).OpenAsync(name, ct);
        var schema = new List<ColumnSchema>();
        foreach (var (wanted, _) in columns)
        {
            var column = dataset.Columns.FirstOrDefault(c => c.Name == wanted && !dataset.PartitionColumns.Contains(c.Name))
                ?? throw new InvalidDataException($"Dataset '{name}' has no column '{wanted}' in its files.{NearestName.Hint(wanted, dataset.Columns.Select(c => c.Name))}");
            schema.Add(new ColumnSchema(column.Name, column.Type));
        }
        var fetcher = new ParquetFetcher(store, footers);
        foreach (var file in dataset.Files)
        {
            using var folder = TaskFolder.Create();
            var slice = new ParquetSlice(file.Object.Container, file.Object.Path, file.Object.ETag, [.. schema.Select(c => c.Name)], [.. Enumerable.Range(0, file.Footer.RowGroups.Count)]);
            var local = await fetcher.FetchAsync(slice, folder, ct);
            using var session = DuckDbSession.Open(new DuckDbSessionOptions { TempDirectory = folder.Path });
            session.AddTable(new TableSchema(Table, schema), [new ParquetFile(local.Path, Rows: local.Rows?.Select(r => (r.First, r.Last)).ToList())]);
            session.Confine();
            T rows;
            try
            {
                rows = await session.RunAsync(
                    $"SELECT {string.Join(", ", columns.Select(c => $"CAST({SqlText.Name(c.Column)} AS {c.Type})"))} FROM {Table}",
                    reader => read(reader, $"{file.Object.Container}/{file.Object.Path}"), ct);
            }
            catch (SqlException e)
            {
                throw new InvalidDataException($"{file.Object.Container}/{file.Object.Path}: {e.Message}", e);
            }
            await fetcher.EnsureUnchangedAsync(slice, local, ct);
            yield return rows;
        }
    }
}
