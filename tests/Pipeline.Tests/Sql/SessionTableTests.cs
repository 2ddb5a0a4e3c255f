using Pipeline.Sql;

namespace Pipeline.Tests.Sql;

/// <summary>How files become a table.</summary>
public sealed class SessionTableTests : IDisposable
{
    private static readonly IReadOnlyList<ColumnSchema> s_columns = [new("i", "BIGINT")];

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("pipeline-sql-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task AddTable_WholeFilesAroundAPartOfOne_KeepsTheOrderOfFiles()
    {
        var files = new List<ParquetFile>();
        foreach (var first in new[] { 0, 10, 20, 30 })
            files.Add(new ParquetFile(await WriteAsync(first)));
        files[1] = files[1] with { Rows = [(2, 3), (7, 7)] };
        using var session = DuckDbSession.Open();

        session.AddTable(new TableSchema("t", s_columns), files);
        session.Confine();

        var rows = await session.ReadRowsAsync("SELECT * FROM t", s_columns, 100, default);
        Assert.Equal([.. Range(0), 12, 13, 17, .. Range(20), .. Range(30)], rows.Rows.Select(r => int.Parse(r.Trim('[', ']'), System.Globalization.CultureInfo.InvariantCulture)));
    }

    private static IEnumerable<int> Range(int first) => Enumerable.Range(first, 10);

    private async Task<string> WriteAsync(int first)
    {
        var path = Path.Combine(_folder.FullName, $"{first}.parquet");
        using var session = DuckDbSession.Open();
        session.Confine(path);
        await session.WriteExactAsync($"SELECT range AS i FROM range({first}, {first + 10})", s_columns, path, default);
        return path;
    }
}
