using Pipeline.Streams;

namespace Pipeline.Tests.Streams;

/// <summary>What a stream's spec may say, and what is said about one that is wrong.</summary>
public class StreamSpecReaderTests
{
    [Fact]
    public void Read_FullSpec_GivesEveryField()
    {
        var spec = Specs.Sound("""
            { "hub": "trades", "format": "json",
              "columns": { "symbol": "varchar", "size": { "type": "BIGINT", "path": "$.order.size" }, "fee": { "type": "decimal( 9, 2 )", "path": "$['order no'].fee" }, "time": "TIMESTAMP" },
              "eventTime": "time", "partitionKey": ["symbol"], "tables": { "symbols": "symbols-dataset" },
              "query": ["select symbol", "from trades"],
              "from": "earliest",
              "watermark": { "delay": "2s", "idle": "1m", "maxAhead": "2h" },
              "late": { "allowed": "90s", "then": "side-output", "dataset": "late-trades" },
              "deduplicate": { "by": ["symbol"], "within": "5m" },
              "state": { "maxKeys": 1000, "whenFull": "close-oldest" } }
            """);

        Assert.Equal("trades", spec.Hub);
        Assert.Equal("select symbol\nfrom trades", spec.Query);
        Assert.Equal(["VARCHAR", "BIGINT", "DECIMAL(9,2)", "TIMESTAMP"], spec.Columns.Select(c => c.Type));
        Assert.Equal(["order", "size"], spec.Columns[1].Path);
        Assert.Equal(["order no", "fee"], spec.Columns[2].Path);
        Assert.True(spec.From.Earliest);
        Assert.Equal(new WatermarkSpec(TimeSpan.FromSeconds(2), TimeSpan.FromMinutes(1), TimeSpan.FromHours(2)), spec.Watermark);
        Assert.Equal(new LateSpec(TimeSpan.FromSeconds(90), "late-trades"), spec.Late);
        Assert.Equal(TimeSpan.FromMinutes(5), spec.Deduplicate!.Within);
        Assert.Equal(new StreamStateSpec(1000, FullStatePolicy.CloseOldest), spec.State);
    }

    [Theory]
    [InlineData("\"csv\"", ',', false)]
    [InlineData("""{ "csv": { "delimiter": ";", "header": true } }""", ';', true)]
    public void Read_CsvFormat_TakesDelimiterAndHeader(string format, char delimiter, bool header) =>
        Assert.Equal(new StreamFormat(delimiter, header), Specs.OfColumns("\"a\": \"BIGINT\"", $", \"format\": {format}").Format);

    [Fact]
    public void Read_ManyFaults_ReportsAllWithTheirPlaces()
    {
        var faults = Specs.Faults("""
            { "hub": "trade", "columns": { "a": "BIGNT", "A": "DOUBLE", "b": { "type": "DATE", "path": "order" }, "window_start": "TIMESTAMP" },
              "eventTime": "tme", "partitionKey": ["c"], "query": "", "watermark": { "delay": "2 weeks", "idl": "3s" },
              "late": { "then": "side-output" }, "state": { "whenFull": "explode" }, "snks": [] }
            """);

        Assert.Equal(
            ["/columns/A", "/columns/a", "/columns/b/path", "/columns/window_start", "/eventTime", "/hub", "/late/dataset", "/partitionKey", "/query", "/snks", "/state/whenFull", "/watermark/delay", "/watermark/idl"],
            faults.Select(f => f.Pointer).Order(StringComparer.Ordinal));
        Assert.Contains("Did you mean 'trades'?", faults.Single(f => f.Pointer == "/hub").Detail, StringComparison.Ordinal);
        Assert.Contains("Did you mean 'BIGINT'?", faults.Single(f => f.Pointer == "/columns/a").Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_EventTimeOfAnotherType_SaysWhatItMustBe() =>
        Assert.Contains("TIMESTAMP", Specs.Faults("""{ "hub": "trades", "columns": { "t": "BIGINT" }, "eventTime": "t", "query": "select 1" }""").Single().Detail, StringComparison.Ordinal);

    [Theory]
    [InlineData("$")]
    [InlineData("$[']")]
    [InlineData("$['a'")]
    [InlineData("$.a..b")]
    [InlineData("order.size")]
    public void Read_PathThatIsNone_SaysWhatOneIs(string path) =>
        Assert.Equal("/columns/a/path", Specs.Faults($$"""{ "hub": "trades", "columns": { "a": { "type": "BIGINT", "path": "{{path}}" } }, "query": "select 1" }""").Single().Pointer);

    [Fact]
    public void Read_FromSequenceNumbers_BeginsWithThem() =>
        Assert.Equal(new Dictionary<int, long> { [0] = 41, [2] = -1 }, Specs.OfColumns("\"a\": \"BIGINT\"", """, "from": { "0": 42, "2": 0 }""").From.After);
}
