using System.Text;
using Pipeline.Batch;
using Pipeline.Jobs;

namespace Pipeline.Tests.Batch;

/// <summary>The fields of a batch spec, their defaults, and what is said about faulty ones.</summary>
public class BatchSpecTests
{
    [Fact]
    public void Read_Smallest_HasTheDefaults()
    {
        var spec = Read("""{ "kind": "batch", "name": "n", "tables": { "t": "flights" }, "query": "select 1" }""");

        Assert.Equal([new("t", "flights")], spec.Tables);
        Assert.Null(spec.Output);
        Assert.Equal(new BatchOptions(null, 64, 1L << 30, TimeSpan.FromMinutes(30)), spec.Options);
    }

    [Fact]
    public void Read_EverythingGiven_IsTaken()
    {
        var spec = Read("""
            {
              "kind": "batch", "name": "n", "tables": { "t": "flights" }, "query": ["select *", "from t"],
              "output": { "dataset": "out", "partitionBy": ["month"], "compression": "gzip", "mode": "append" },
              "options": { "taskSize": "8MB", "parallelTasks": 3, "memoryPerTask": "256MB", "taskTimeoutSeconds": 60 }
            }
            """);

        Assert.Equal("select *\nfrom t", spec.Query);
        Assert.Equal(("out", "gzip", "append", "month"), (spec.Output!.Dataset, spec.Output.Compression, spec.Output.Mode, Assert.Single(spec.Output.PartitionBy)));
        Assert.Equal(new BatchOptions(8 << 20, 3, 256 << 20, TimeSpan.FromMinutes(1)), spec.Options);
    }

    [Theory]
    [InlineData("""{ "query": "select 1" }""", "/tables", "missing")]
    [InlineData("""{ "tables": {}, "query": "select 1" }""", "/tables", "at least one")]
    [InlineData("""{ "tables": { "t": "a" } }""", "/query", "missing")]
    [InlineData("""{ "tables": { "t": "../secrets" }, "query": "select 1" }""", "/tables/t", "'/'")]
    [InlineData("""{ "tables": { "t": "/etc" }, "query": "select 1" }""", "/tables/t", "'/'")]
    [InlineData("""{ "tables": { "t": ".." }, "query": "select 1" }""", "/tables/t", "lead elsewhere")]
    [InlineData("""{ "tables": { "t": "a\u0000b" }, "query": "select 1" }""", "/tables/t", "U+0000")]
    [InlineData("""{ "tables": { "": "a" }, "query": "select 1" }""", "/tables/", "1 to 100 characters")]
    [InlineData("""{ "tables": { "a\u0000b": "a" }, "query": "select 1" }""", "/tables/a\0b", "no control characters")]
    [InlineData("""{ "tables": { "t": "a", "T": "b" }, "query": "select 1" }""", "/tables", "twice")]
    [InlineData("""{ "tables": { "t": "a" }, "query": "select 1", "output": {} }""", "/output/dataset", "missing")]
    [InlineData("""{ "tables": { "t": "a" }, "query": "select 1", "output": { "dataset": "a/../b" } }""", "/output/dataset", "'/'")]
    [InlineData("""{ "tables": { "t": "a" }, "query": "select 1", "output": { "dataset": "b", "compression": "gzpi" } }""", "/output/compression", "Did you mean 'gzip'?")]
    [InlineData("""{ "tables": { "t": "a" }, "query": "select 1", "output": { "dataset": "b", "mode": "overwrite" } }""", "/output/mode", "fail, append, replace")]
    [InlineData("""{ "tables": { "t": "a" }, "query": "select 1", "options": { "paralelTasks": 5 } }""", "/options/paralelTasks", "Did you mean 'parallelTasks'?")]
    [InlineData("""{ "tables": { "t": "a" }, "query": "select 1", "options": { "parallelTasks": 0 } }""", "/options/parallelTasks", "outside 1 to 1000")]
    [InlineData("""{ "tables": { "t": "a" }, "query": "select 1", "options": { "memoryPerTask": "1KB" } }""", "/options/memoryPerTask", "outside 16.0 MB")]
    [InlineData("""{ "table": { "t": "a" }, "tables": { "t": "a" }, "query": "select 1" }""", "/table", "Did you mean 'tables'?")]
    public void Read_Fault_NamesThePlaceAndTheCure(string fields, string pointer, string detail)
    {
        var e = Assert.Throws<SpecException>(() => Read("""{ "kind": "batch", "name": "n", """ + fields[1..]));

        Assert.Contains(detail, Assert.Single(e.Faults, f => f.Pointer == pointer).Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_SeveralFaults_GivesAllAtOnce()
    {
        var e = Assert.Throws<SpecException>(() => Read("""{ "kind": "batch", "name": "n", "tables": 5, "quary": "x", "options": { "x": 1 } }"""));

        Assert.Equal(["/tables", "/query", "/options/x", "/quary"], e.Faults.Select(f => f.Pointer));
    }

    private static BatchSpec Read(string json) => BatchSpec.Read(JobSpec.Parse(Encoding.UTF8.GetBytes(json), ["batch"]));
}
