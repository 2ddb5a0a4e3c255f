using CsCheck;
using Pipeline.Sql;
using Xunit.Abstractions;

namespace Pipeline.Tests.Sql;

/// <summary>Which partitions and row groups a query skips.</summary>
public class ScanPrunerTests(ITestOutputHelper output)
{
    private static readonly TableSchema Flights = new("flights",
    [
        new("date", "TIMESTAMP"), new("delay", "INTEGER"), new("distance", "DOUBLE"), new("origin", "VARCHAR"), new("price", "DECIMAL(9,2)"), new("month", "VARCHAR"), new("year", "INTEGER"),
    ])
    {
        PartitionColumns = ["month", "year"],
    };

    private static readonly TableSchema Airports = new("airports", [new("iata", "VARCHAR"), new("delay", "INTEGER")]);

    [Theory]
    [InlineData("select count(*) from flights where month = '2001-02'", "2001-02")]
    [InlineData("select count(*) from flights where month in ('2001-01', '2001-03') and delay > 3", "2001-01 2001-03")]
    [InlineData("select count(*) from flights where month like '2001-0%' and year = 2001", "2001-01 2001-02 2001-03")]
    [InlineData("select count(*) from flights where month > '2001-02' or delay > 3", "2001-01 2001-02 2001-03 null")]
    [InlineData("select count(*) from flights where (month = '2001-01' and delay > 3) or month = '2001-03'", "2001-01 2001-03")]
    [InlineData("select count(*) from flights where month is null", "null")]
    [InlineData("select count(*) from flights where substr(month, 6)::int < 3", "2001-01 2001-02")]
    [InlineData("select count(*) from flights where month::int = 3", "2001-01 2001-02 2001-03 null")] // Fails on the values, and so says nothing.
    [InlineData("select count(*) from flights where strptime(month, '%Y-%m') = date '2001-01-01' + interval 1 month", "2001-02")]
    [InlineData("select origin from flights f join airports a on f.origin = a.iata where f.month = '2001-02'", "2001-02")]
    [InlineData("select origin from flights f join airports a on f.origin = a.iata and f.month = '2001-02'", "2001-02")]
    [InlineData("select origin from flights f left join airports a on f.month = '2001-02'", "2001-01 2001-02 2001-03 null")]
    [InlineData("select iata from airports left join flights on origin = iata where month = '2001-02'", "2001-01 2001-02 2001-03 null")]
    [InlineData("select count(*) from (select * from flights where month = '2001-02') where delay > 3", "2001-02")]
    [InlineData("with f as (select * from flights where month = '2001-02') select count(*) from f", "2001-02")]
    [InlineData("select month from flights where month = '2001-01' union all select month from flights where month = '2001-03'", "2001-01 2001-03")]
    [InlineData("select row_number() over (order by delay) from flights where month = '2001-01'", "2001-01")]
    [InlineData("select delay as month from flights where month = '2001-01'", "2001-01")]
    // A draw at planning is not the draw at running, and a sample is taken of all rows before they are filtered.
    [InlineData("select count(*) from flights where month = '2001-02' or random() < 0.1", "2001-01 2001-02 2001-03 null")]
    [InlineData("select count(*) from flights where year + random() < 2000", "2001-01 2001-02 2001-03 null")]
    [InlineData("select count(*) from flights where month = '2001-02' and delay < random()", "2001-02")]
    [InlineData("select count(*) from flights where month = '2001-02' using sample 10 rows", "2001-01 2001-02 2001-03 null")]
    [InlineData("select count(*) from flights tablesample 10% where month = '2001-02'", "2001-01 2001-02 2001-03 null")]
    public async Task KeepPartitions_ByAQuery_KeepsThoseThatMayMatter(string sql, string kept)
    {
        string?[] months = ["2001-01", "2001-02", "2001-03", null];
        var plan = await new QueryPlanner().PlanAsync(sql, [Flights, Airports], "flights", CancellationToken.None);
        var read = plan.Reads.Single(r => r.Table == "flights");
        var keep = await ScanPruner.KeepPartitionsAsync(
            read.Filter, Flights, [.. months.Select(m => new Dictionary<string, string?> { ["month"] = m, ["year"] = m?[..4] })], CancellationToken.None);
        Assert.Equal(kept, string.Join(' ', months.Where((_, i) => keep[i]).Select(m => m ?? "null")));
    }

    [Theory]
    // Row groups: delay 0 to 9, 10 to 19, all null, unknown.
    [InlineData("delay = 12", "1 3")]
    [InlineData("delay < 10", "0 3")]
    [InlineData("10 > delay", "0 3")]
    [InlineData("delay <= 10", "0 1 3")]
    [InlineData("delay > 9", "1 3")]
    [InlineData("delay >= 9 and delay <= 9", "0 3")]
    [InlineData("delay between 5 and 8", "0 3")]
    [InlineData("delay in (3, 100)", "0 3")]
    [InlineData("delay <> 3", "0 1 3")]
    [InlineData("delay is null", "2 3")]
    [InlineData("delay is not null", "0 1 3")]
    [InlineData("delay = 12 or delay = 3", "0 1 3")]
    [InlineData("delay = 12 or origin = 'nowhere'", "1 3")]
    [InlineData("delay = 12 or distance * 2 > 3", "0 1 2 3")]
    [InlineData("delay + 1 = 12", "0 1 2 3")]
    [InlineData("delay > 9.5", "1 3")]
    [InlineData("delay = '12'", "1 3")]
    // Row groups: origin ABE to BOS, CLE to MIA, all null, unknown.
    [InlineData("origin = 'BOS'", "0 3")]
    [InlineData("origin like 'M%'", "1 3")]
    [InlineData("origin like 'AB_'", "0 3")]
    [InlineData("origin like '%X'", "0 1 2 3")]
    [InlineData("starts_with(origin, 'C')", "1 3")]
    [InlineData("origin > 'Z'", "3")]
    [InlineData("origin = 'bos' collate nocase", "0 1 2 3")]
    [InlineData("origin::int > 5", "0 1 2 3")]
    // Row groups: date of January, of February, all null, unknown.
    [InlineData("date >= date '2001-02-01'", "1 3")]
    [InlineData("date < date '2001-01-01' + interval 1 month", "0 3")]
    [InlineData("date between timestamp '2001-02-03 00:00:00' and now()", "1 3")]
    // Row groups: distance 0 to 100, 200 to 300, all null, unknown. NaN is greater than all numbers and not in the footers.
    [InlineData("distance < 150", "0 3")]
    [InlineData("distance > 1000", "0 1 2 3")]
    [InlineData("distance = 50", "0 3")]
    [InlineData("distance = 'nan'", "0 1 2 3")]
    // Row groups: price 0.00 to 9.99, 10.00 to 19.99.
    [InlineData("price > 9.99", "1 3")]
    [InlineData("price = 5", "0 3")]
    public async Task KeepRowGroups_ByACondition_KeepsThoseThatMayMatch(string condition, string kept)
    {
        RowGroupStatistics[] groups =
        [
            new(100, new Dictionary<string, ColumnStatistics>
            {
                ["date"] = new("2001-01-01 00:00:00", "2001-01-31 23:59:00", 0), ["delay"] = new("0", "9", 0), ["distance"] = new("0", "100", 0), ["ORIGIN"] = new("ABE", "BOS", 0), ["price"] = new("0.00", "9.99", 0),
            }),
            new(100, new Dictionary<string, ColumnStatistics>
            {
                ["date"] = new("2001-02-01 00:00:00", "2001-02-28 23:59:00", 0), ["delay"] = new("10", "19", 0), ["distance"] = new("200", "300", 0), ["origin"] = new("CLE", "MIA", 0), ["price"] = new("10.00", "19.99", 0),
            }),
            new(100, Flights.Columns.ToDictionary(c => c.Name, _ => new ColumnStatistics(null, null, 100))),
            new(100, new Dictionary<string, ColumnStatistics>()),
        ];
        var plan = await new QueryPlanner().PlanAsync($"select count(*) from flights where {condition}", [Flights], "flights", CancellationToken.None);
        output.WriteLine($"{plan.Reads[0].Filter}");
        var keep = await ScanPruner.KeepRowGroupsAsync(plan.Reads[0].Filter, groups, CancellationToken.None);
        Assert.Equal(kept, string.Join(' ', Enumerable.Range(0, 4).Where(i => keep[i])));
        Assert.Equal(plan.Split!.Blocks[0].Large.Filter!.Statistics, plan.Reads[0].Filter?.Statistics);
    }

    [Fact]
    public async Task KeepRowGroups_ByRandomConditions_NeverLosesARow()
    {
        using var session = DuckDbSession.Open();
        var statistics = new Dictionary<string, string> { ["k"] = "INTEGER", ["i"] = "BIGINT", ["d"] = "DECIMAL(18,3)", ["x"] = "DOUBLE", ["s"] = "VARCHAR", ["t"] = "DATE", ["ts"] = "TIMESTAMP" };
        var pruned = 0;
        await Gen.Select(TableGen.Parts, QueryExpressions.Condition.Array[10]).SampleAsync(15, output, async generated =>
        {
            var (parts, conditions) = generated;
            var folder = Directory.CreateTempSubdirectory("pipeline-sql-").FullName;
            try
            {
                var files = TableGen.Write(session, folder, parts);
                var groups = files["big"].Select(f => session.Read(
                    $"SELECT count(*), {string.Join(", ", statistics.Keys.Select(c => $"min({c})::VARCHAR, max({(c == "x" ? "CASE WHEN NOT isnan(x) THEN x END" : c)})::VARCHAR, count(*) - count({c})"))} FROM '{f}'",
                    reader =>
                    {
                        reader.Read();
                        return new RowGroupStatistics(reader.GetInt64(0), statistics.Keys.Select((c, i) => (c, i)).ToDictionary(c => c.c, c => new ColumnStatistics(
                            reader.IsDBNull((3 * c.i) + 1) ? null : reader.GetString((3 * c.i) + 1), reader.IsDBNull((3 * c.i) + 2) ? null : reader.GetString((3 * c.i) + 2), reader.GetInt64((3 * c.i) + 3))));
                    })).ToList();
                foreach (var condition in conditions)
                {
                    var plan = await new QueryPlanner().PlanAsync($"select count(*) from big where {condition}", TableGen.Schemas, "big", CancellationToken.None);
                    var keep = await ScanPruner.KeepRowGroupsAsync(plan.Reads[0].Filter, groups, CancellationToken.None);
                    for (var i = 0; i < keep.Count; i++)
                    {
                        var rows = session.Read($"SELECT count(*) FROM '{files["big"][i]}' WHERE {condition}", r => r.Read() ? r.GetInt64(0) : 0);
                        Assert.True(keep[i] || rows == 0, $"{condition} lost {rows} rows; {plan.Reads[0].Filter?.Statistics}");
                        pruned += keep[i] ? 0 : 1;
                    }
                }
            }
            finally
            {
                Directory.Delete(folder, recursive: true);
            }
        });
        output.WriteLine($"pruned {pruned}");
        Assert.True(pruned > 20, $"only {pruned} parts were pruned");
    }
}
