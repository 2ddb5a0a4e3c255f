using System.Text;
using Pipeline.Streams;

namespace Pipeline.Tests.Streams;

/// <summary>Events that are records of CSV.</summary>
public class CsvEventDecoderTests
{
    private const string Columns = """ "s": "VARCHAR", "i": "BIGINT", "d": "DOUBLE" """;

    [Theory]
    [InlineData("hello,1,2.5", "hello")]
    [InlineData("hello,1,2.5\r\n", "hello")]
    [InlineData("\"a, \"\"b\"\"\nc\",1,2.5", "a, \"b\"\nc")]
    [InlineData("\"\",1,2.5", "")]
    public void Decode_Record_FillsTheColumns(string record, string text)
    {
        var (reason, batch) = Decode("\"csv\"", record);

        Assert.Null(reason);
        Assert.True(batch.Columns[0].IsValid(0));
        Assert.Equal(text, Encoding.UTF8.GetString(batch.Columns[0].Text));
        Assert.Equal(1, batch.Columns[1].Values<long>()[0]);
        Assert.Equal(2.5, batch.Columns[2].Values<double>()[0]);
    }

    [Fact]
    public void Decode_EmptyValue_IsNull() => Assert.False(Decode("\"csv\"", ",1,").Batch.Columns[0].IsValid(0));

    [Fact]
    public void Decode_Header_FindsColumnsByName()
    {
        var (reason, batch) = Decode("""{ "csv": { "delimiter": ";", "header": true } }""", "d;x;i;s\r\n2.5;y;7;z");

        Assert.Null(reason);
        Assert.Equal(7, batch.Columns[1].Values<long>()[0]);
    }

    [Fact]
    public void Decode_HeaderThatLacksAColumn_ChangesNothingForTheEventsThatFollow()
    {
        var spec = Specs.OfColumns(Columns, """, "format": { "csv": { "header": true } }""");
        var batch = new EventBatch(EventDecoder.SchemaOf(spec));
        var decoder = EventDecoder.Create(spec, null);

        Assert.Null(decoder.Decode("s,i,d\na,1,2.5"u8, batch));
        batch.Add(0, 0);
        Assert.NotNull(decoder.Decode("i,s\n7,b"u8, batch));
        batch.Discard();
        Assert.Null(decoder.Decode("s,i,d\nc,2,3.5"u8, batch));

        Assert.Equal([1, 2], batch.Columns[1].Values<long>().ToArray());
        Assert.Equal("ac", Encoding.UTF8.GetString(batch.Columns[0].Text));
    }

    [Theory]
    [InlineData("\"csv\"", "hello,1", "2 values; the stream has 3 columns")]
    [InlineData("\"csv\"", "hello,one,2", "'i' is 'one', not BIGINT")]
    [InlineData("\"csv\"", "\"hello,1,2", "no end")]
    [InlineData("\"csv\"", "a,1,2\nb,3,4", "more than one record")]
    [InlineData("""{ "csv": { "header": true } }""", "s,i\na,1", "no column 'd'")]
    [InlineData("""{ "csv": { "header": true } }""", "s,i,d", "no record under the header")]
    public void Decode_EventThatCannotBeRead_SaysWhy(string format, string body, string reason) =>
        Assert.Contains(reason, Decode(format, body).Reason, StringComparison.Ordinal);

    private static (string? Reason, EventBatch Batch) Decode(string format, string body)
    {
        var spec = Specs.OfColumns(Columns, $", \"format\": {format}");
        var batch = new EventBatch(EventDecoder.SchemaOf(spec));
        return (EventDecoder.Create(spec, null).Decode(Encoding.UTF8.GetBytes(body), batch), batch);
    }
}
