namespace Pipeline.EndToEnd.Samples;

/// <summary>The retail report, from the command line as its README says, against what DuckDB says of the same sales.</summary>
public sealed class RetailTests : IDisposable
{
    private readonly SampleFolder _sample = new();

    public void Dispose() => _sample.Dispose();

    [Fact]
    public async Task Retail_FiveMillionSales_AreReportedAsDuckDbWould()
    {
        var made = await _sample.RunAsync("generate", "retail", "--rows", "5000000", "--seed", "1", "-o", "csv");
        Assert.Matches(@"(?m)^sales,24,\d+,month\r?$", made.Out);
        _sample.Duck.Run($"create view sales as from read_parquet('{_sample.Dataset("sales")}', hive_partitioning = true, hive_types_autocast = false)");
        _sample.Duck.Run($"create view products as from '{_sample.Dataset("products")}'");

        Assert.Equal(5_000_000L, _sample.Duck.Value("select count(*) from sales"));
        await ExpectAsync("monthly.json", """
            with months as (
                select month, sum(quantity * price) as revenue, sum(quantity) as units, count(distinct receipt) as receipts,
                       sum(case when quantity > 0 then quantity end) as bought, sum(case when quantity < 0 then -quantity end) as returned
                from sales group by month)
            select month, revenue, units, receipts, round(100.0 * returned / bought, 2), round(100.0 * (revenue / lag(revenue) over (order by month) - 1), 1) from months order by month
            """, 24);
        await ExpectAsync("best-sellers.json", """
            with ranked as (
                select month, product, sum(quantity) as units, sum(quantity * price) as revenue, row_number() over (partition by month order by sum(quantity * price) desc, product) as place
                from sales group by month, product)
            select month, place, name, category, units, revenue from ranked join products using (product) where place <= 3 order by month, place
            """, 72);
        // The report is a dataset as well.
        Assert.Equal(24L, _sample.Duck.Value($"select count(*) from '{_sample.Dataset("retail-monthly")}'"));
    }

    private async Task ExpectAsync(string spec, string oracle, int rows)
    {
        var run = await _sample.RunAsync("run", SampleFolder.Sample("retail", spec), "-o", "csv", "-q");
        var wanted = _sample.Duck.Rows($"select columns(*)::varchar from ({oracle})").Select(row => string.Join(',', row)).ToList();
        Assert.Equal(rows, wanted.Count);
        Assert.Equal(wanted, run.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries).Skip(1).Select(line => line.TrimEnd('\r')));
    }
}
