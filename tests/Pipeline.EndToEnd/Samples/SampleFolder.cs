using System.Globalization;
using Pipeline.EndToEnd.Cli;
using Pipeline.EndToEnd.Fixtures;
using Pipeline.Tests.Storage;

namespace Pipeline.EndToEnd.Samples;

/// <summary>A folder in which a test runs samples from the command line, with the app's store in <c>.pipeline</c>, and a DuckDB that knows better.</summary>
internal sealed class SampleFolder : IDisposable
{
    public TemporaryFolder Folder { get; } = new();

    public DuckDb Duck { get; } = new();

    /// <summary>A file of a sample.</summary>
    public static string Sample(string folder, string file) => Path.Combine(Repository.Root, "samples", folder, file);

    /// <summary>The files of a dataset, for DuckDB.</summary>
    public string Dataset(string name) => $"{Folder[".pipeline", "store", "datasets", name]}/**/*.parquet";

    /// <summary>Runs a command that must succeed.</summary>
    public async Task<PipelineCommand.Outcome> RunAsync(params string[] args) => (await PipelineCommand.RunAsync(Folder.Path, args)).Expect(0);

    /// <summary>Waits until a dataset holds the rows, and tells how they differ if it never does.</summary>
    /// <param name="dataset">The dataset.</param>
    /// <param name="oracle">The rows, as DuckDB finds them.</param>
    /// <param name="actual">Reads the dataset's, whose files are <c>{0}</c>.</param>
    /// <param name="filter">Which rows of the oracle count; null for all.</param>
    public async Task ExpectAsync(string dataset, string oracle, string actual, string? filter = null)
    {
        var files = Dataset(dataset);
        var wanted = Sorted(filter is null ? oracle : $"select * from ({oracle}) where {filter}");
        List<string> rows = [];
        try
        {
            await RunningApp.UntilAsync(() => Task.FromResult(rows = Read()), found => found.SequenceEqual(wanted));
        }
        catch (OperationCanceledException)
        {
            Assert.Fail($"{dataset}: {rows.Count} rows, not {wanted.Count}: missing {string.Join("; ", wanted.Except(rows).Take(5))}; too many {string.Join("; ", rows.Except(wanted).Take(5))}\n{(await RunAsync("stream", "list")).Out}");
        }

        List<string> Read()
        {
            try
            {
                return Sorted(string.Format(CultureInfo.InvariantCulture, actual, files));
            }
            catch (DuckDB.NET.Data.DuckDBException)
            {
                return []; // There are no files yet.
            }
        }
    }

    /// <summary>The rows of a query, each a line, sorted.</summary>
    public List<string> Sorted(string sql) => [.. Duck.Rows(sql).Select(row => string.Join('|', row.Select(v => Convert.ToString(v, CultureInfo.InvariantCulture)))).Order(StringComparer.Ordinal)];

    public void Dispose()
    {
        Duck.Dispose();
        Folder.Dispose();
    }
}
