using System.Text;
using Pipeline.Streams;

namespace Pipeline.Tests.Streams;

/// <summary>How events become typed columns, and which of them cannot be read.</summary>
public class JsonEventDecoderTests
{
    private const string AllTypes = """
        "b": "BOOLEAN", "i": "BIGINT", "d": "DOUBLE", "p": "DECIMAL(10,2)", "s": "VARCHAR", "t": "TIMESTAMP", "day": "DATE"
        """;

    [Fact]
    public void Decode_EveryType_FillsTheColumns()
    {
        var batch = Decode(AllTypes, """{"s":"h\u00e9llo\n","i":-9223372036854775808,"d":1.5e3,"p":12.345,"b":true,"t":"2026-01-31T12:30:15.123456Z","day":"2024-02-29","more":[1,{"x":2}]}""");

        Assert.Equal(1, batch.Columns[0].Raw[0]);
        Assert.Equal(long.MinValue, batch.Columns[1].Values<long>()[0]);
        Assert.Equal(1500.0, batch.Columns[2].Values<double>()[0]);
        Assert.Equal(1235, batch.Columns[3].Values<long>()[0]);
        Assert.Equal("héllo\n", Encoding.UTF8.GetString(batch.Columns[4].Text));
        Assert.Equal(Micros.Of(new DateTimeOffset(2026, 1, 31, 12, 30, 15, TimeSpan.Zero)) + 123_456, batch.Columns[5].Values<long>()[0]);
        Assert.Equal(new DateOnly(2024, 2, 29).DayNumber - new DateOnly(1970, 1, 1).DayNumber, batch.Columns[6].Values<int>()[0]);
    }

    [Theory]
    [InlineData("2026-01-31T12:30:15Z", "2026-01-31T12:30:15Z")]
    [InlineData("2026-01-31 12:30:15", "2026-01-31T12:30:15Z")]
    [InlineData("2026-01-31T12:30+02:00", "2026-01-31T10:30:00Z")]
    [InlineData("2026-01-31T12:30:15.5-0130", "2026-01-31T14:00:15.5Z")]
    [InlineData("1969-12-31", "1969-12-31T00:00:00Z")]
    [InlineData("2026-01-31T12:30:15.1234567899Z", "2026-01-31T12:30:15.123456Z")]
    public void Decode_TimesAsPeopleWriteThem_AreUtc(string text, string utc) =>
        Assert.Equal(Micros.Of(DateTimeOffset.Parse(utc, System.Globalization.CultureInfo.InvariantCulture)), Decode("\"t\": \"TIMESTAMP\"", $$"""{"t":"{{text}}"}""").Columns[0].Values<long>()[0]);

    [Fact]
    public void Decode_TimeAsNumber_IsMillisecondsSince1970() =>
        Assert.Equal(1_700_000_000_123_000, Decode("\"t\": \"TIMESTAMP\"", """{"t":1700000000123}""").Columns[0].Values<long>()[0]);

    [Fact]
    public void Decode_NestedPathsInAnyOrder_FindTheirValues()
    {
        const string Columns = """
            "a": { "type": "BIGINT", "path": "$.x.y.a" }, "b": { "type": "BIGINT", "path": "$.x.b" }, "x": "VARCHAR"
            """;

        var batch = Decode(Columns, """{"z":{"a":9},"x":{"b":2,"y":{"c":[3],"a":1}}}""", """{"x":{"y":{"a":3},"b":null}}""");

        Assert.Equal([1, 3], batch.Columns[0].Values<long>().ToArray());
        Assert.Equal(2, batch.Columns[1].Values<long>()[0]);
        Assert.False(batch.Columns[1].IsValid(1));
        Assert.StartsWith("""{"b":2,"y":{"c":[3],"a":1}}""", Encoding.UTF8.GetString(batch.Columns[2].Text), StringComparison.Ordinal);
    }

    [Fact]
    public void Decode_FieldsMissing_AreNull()
    {
        var batch = Decode(AllTypes, "{}", """{"i":1}""");

        Assert.All(batch.Columns, column => Assert.False(column.IsValid(0)));
        Assert.True(batch.Columns[1].IsValid(1));
    }

    [Theory]
    [InlineData("", "empty")]
    [InlineData("nonsense", "not well-formed")]
    [InlineData("""{"i":1""", "not well-formed")]
    [InlineData("""{"i":1} {"i":2}""", "not well-formed")]
    [InlineData("[1]", "an array, not a JSON object")]
    [InlineData("""{"i":"1"}""", "'i' is a text (1), not BIGINT")]
    [InlineData("""{"i":1.5}""", "'i' is a number (1.5), not BIGINT")]
    [InlineData("""{"i":9223372036854775808}""", "not BIGINT")]
    [InlineData("""{"s":5}""", "'s' is a number (5), not VARCHAR")]
    [InlineData("""{"b":0}""", "not BOOLEAN")]
    [InlineData("""{"p":123456789.00}""", "not DECIMAL(10,2)")]
    [InlineData("""{"t":"yesterday"}""", "(yesterday), not TIMESTAMP")]
    [InlineData("""{"t":"2026-02-29T00:00:00Z"}""", "not TIMESTAMP")]
    [InlineData("""{"t":"2026-01-31T24:00:00Z"}""", "not TIMESTAMP")]
    [InlineData("""{"day":"2023-02-29"}""", "not DATE")]
    [InlineData("""{"t":-9223372036854775808}""", "not TIMESTAMP")]
    [InlineData("""{"s":"\ud800"}""", "not VARCHAR")]
    [InlineData("""{"\ud800":1}""", "half of a surrogate pair")]
    [InlineData("""{"i":1,"i":2}""", "'i' is there twice")]
    public void Decode_EventThatCannotBeRead_SaysWhy(string body, string reason)
    {
        var batch = new EventBatch(EventDecoder.SchemaOf(Specs.OfColumns(AllTypes)));
        Assert.Contains(reason, EventDecoder.Create(Specs.OfColumns(AllTypes), null).Decode(Encoding.UTF8.GetBytes(body), batch), StringComparison.Ordinal);
    }

    [Fact]
    public void Decode_BytesThatAreNotUtf8_SaysWhy()
    {
        var batch = new EventBatch(EventDecoder.SchemaOf(Specs.OfColumns(AllTypes)));
        byte[] body = [.. "{\"s\":\""u8, 0xC3, 0x28, .. "\"}"u8];
        Assert.Contains("not VARCHAR", EventDecoder.Create(Specs.OfColumns(AllTypes), null).Decode(body, batch), StringComparison.Ordinal);
    }

    [Fact]
    public void Decode_SameShapeAgainAndAgain_AllocatesNothing()
    {
        var decoder = EventDecoder.Create(Specs.OfColumns(AllTypes), null);
        var batch = new EventBatch(EventDecoder.SchemaOf(Specs.OfColumns(AllTypes)));
        var body = """{"s":"escaped \n text","i":1,"d":2.5,"p":3.25,"b":true,"t":"2026-01-31T12:30:15Z","day":"2024-02-29"}"""u8.ToArray();
        Fill();
        batch.Clear();

        var before = GC.GetAllocatedBytesForCurrentThread();
        Fill();
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());

        void Fill()
        {
            for (var i = 0; i < 500; i++)
            {
                if (decoder.Decode(body, batch) is null) batch.Add(i, i);
            }
        }
    }

    private static EventBatch Decode(string columns, params string[] bodies)
    {
        var spec = Specs.OfColumns(columns);
        var decoder = EventDecoder.Create(spec, null);
        var batch = new EventBatch(EventDecoder.SchemaOf(spec));
        foreach (var (i, body) in bodies.Index())
        {
            Assert.Null(decoder.Decode(Encoding.UTF8.GetBytes(body), batch));
            batch.Add(i, 0);
        }
        return batch;
    }
}
