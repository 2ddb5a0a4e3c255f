using Pipeline.Sql;

namespace Pipeline.Tests.Sql;

public class QueryPlannerTests
{
    private static readonly TableSchema[] Tables =
    [
        new("flights", [new("carrier", "VARCHAR"), new("delay", "INTEGER"), new("month", "VARCHAR")]) { PartitionColumns = ["month"] },
        new("carriers", [new("code", "VARCHAR"), new("name", "VARCHAR")]),
    ];

    [Theory]
    [InlineData("select carrier, sum(delay) from flights group by 1", "flights(carrier,delay)")]
    [InlineData("select count(*) from flights", "flights()")]
    [InlineData("select * from flights where delay > 3", "flights(carrier,delay,month)")]
    [InlineData("select sum(delay) from (select * from flights)", "flights(delay)")]
    [InlineData("select count(*) from (select distinct * from flights)", "flights(carrier,delay,month)")]
    [InlineData("select name, count(*) from flights join carriers on carrier = code group by all; -- end", "flights(carrier) carriers(code,name)")]
    [InlineData("select a from (select * from flights) as f(a, b, c)", "flights(carrier,delay,month)")]
    [InlineData("select a from flights as f(a)", "flights(carrier,delay,month)")]
    [InlineData("with f(a) as (select * from flights) select a from f", "flights(carrier,delay,month)")]
    [InlineData("select month from (select * from flights order by 2 limit 5)", "flights(carrier,delay,month)")]
    [InlineData("select month from (select * from flights order by delay limit 5)", "flights(carrier,delay,month)")]
    [InlineData("select month from (select * from flights) order by month", "flights(month)")]
    [InlineData("select count(f) from flights f", "flights(carrier,delay,month)")]
    [InlineData("select count(*) from (select * from flights except select * from flights)", "flights(carrier,delay,month)")]
    [InlineData("select sum(delay) from (select * from flights union all select * from flights)", "flights(delay)")]
    [InlineData("select greatest(*columns(* exclude (delay))) from flights", "flights(carrier,delay,month)")]
    [InlineData("select count(*) from flights natural join (select 1 as delay)", "flights(carrier,delay,month)")]
    [InlineData("select count(*) from flights join (select 1 as delay) using (delay)", "flights(delay)")]
    [InlineData("select f.* exclude (carrier) from flights f", "flights(carrier,delay,month)")]
    [InlineData("select name from carriers c where exists (select 1 from flights where code = 'AA')", "flights() carriers(code,name)")]
    public async Task Plan_OfAQuery_NamesTheColumnsThatItReads(string sql, string reads)
    {
        var plan = await new QueryPlanner().PlanAsync(sql, Tables, "flights", CancellationToken.None);
        Assert.Equal(reads, string.Join(' ', plan.Reads.Select(r => $"{r.Table}({string.Join(',', r.Columns)})")));
    }
}
