using Pipeline.Embedded.Cli.Rendering;
using Pipeline.Jobs;

namespace Pipeline.Tests.Cli;

public sealed class PlanTextTests
{
    private static readonly JobPlan Plan = new(
        "batch", "flights-by-month", "Seven tasks scan 'flights', one merges.",
        [
            new PlanStage("scan", [], 7, 6_501_171, 3_000_000, 28, ["select month, count(*)", "group by month"]),
            new PlanStage("merge", ["scan"], 1, 0, 0, 0, []),
        ],
        [new PlanTable("f", "flights", "partitioned", 2, 6, 7, 7, 28, 31, 6_501_171, 14_155_776)],
        ["month is a partition column"]);

    [Fact]
    public void Write_APlan_DrawsTheLastStageOnTopOfThoseItWaitsFor() => Assert.Equal("""
        batch flights-by-month
        Seven tasks scan 'flights', one merges.

        result
        └── merge  1 task
            └── scan  7 tasks, 6.2 MB, 3,000,000 rows, 28 row groups
                select month, count(*)
                group by month

        ╭───────┬─────────┬─────────────┬─────────┬────────┬────────────┬────────┬───────────────────╮
        │ table │ dataset │ role        │ columns │  files │ row groups │ pruned │              read │
        ├───────┼─────────┼─────────────┼─────────┼────────┼────────────┼────────┼───────────────────┤
        │ f     │ flights │ partitioned │  2 of 6 │ 7 of 7 │   28 of 31 │      3 │ 6.2 MB of 13.5 MB │
        ╰───────┴─────────┴─────────────┴─────────┴────────┴────────────┴────────┴───────────────────╯
        Note: month is a partition column

        """, Write(Plan), ignoreLineEndingDifferences: true);

    [Fact]
    public void Write_AStageThatFeedsTwo_IsDrawnInFullOnce()
    {
        var plan = Plan with
        {
            Stages =
            [
                new PlanStage("scan", [], 2, 0, 0, 0, []), new PlanStage("left", ["scan"], 1, 0, 0, 0, []),
                new PlanStage("right", ["scan"], 1, 0, 0, 0, []), new PlanStage("join", ["left", "right"], 1, 0, 0, 0, []),
            ],
            Tables = [],
        };
        Assert.Contains("""
            result
            └── join  1 task
                ├── left  1 task
                │   └── scan  2 tasks
                └── right  1 task
                    └── scan (above)
            """, Write(plan), StringComparison.Ordinal);
    }

    [Fact]
    public void WriteCsv_APlan_IsAStageALine()
    {
        using var writer = new StringWriter();
        PlanText.WriteCsv(writer, Plan);
        Assert.Equal(
            "stage,dependsOn,tasks,bytes,rows,rowGroups,details\r\nscan,\"\",7,6501171,3000000,28,\"select month, count(*)\ngroup by month\"\r\nmerge,scan,1,0,0,0,\"\"\r\n",
            writer.ToString());
    }

    private static string Write(JobPlan plan)
    {
        using var writer = new StringWriter { NewLine = "\n" };
        PlanText.Write(new Terminal(writer, isTerminal: false, width: null, color: false), plan);
        return string.Join('\n', writer.ToString().Split('\n').Select(line => line.TrimEnd()));
    }
}
