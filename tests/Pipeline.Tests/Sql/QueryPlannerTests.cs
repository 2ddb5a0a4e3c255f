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
    public async Task Plan_OfAQuery_NamesTheColumnsThatItReads(string sql, string reads)
    {
        var plan = await new QueryPlanner().PlanAsync(sql, Tables, "flights", CancellationToken.None);
        Assert.Equal(reads, string.Join(' ', plan.Reads.Select(r => $"{r.Table}({string.Join(',', r.Columns)})")));
    }
}
