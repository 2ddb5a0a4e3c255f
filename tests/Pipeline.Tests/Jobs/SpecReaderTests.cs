using System.Text.Json;
using Pipeline.Jobs;

namespace Pipeline.Tests.Jobs;

/// <summary>Reading the fields of a spec: every fault with its JSON pointer, none hidden by another.</summary>
public class SpecReaderTests
{
    private readonly List<SpecFault> _faults = [];

    [Fact]
    public void End_UnknownField_OffersTheNearest()
    {
        var reader = Open("""{ "qurey": "select 1", "a/b~c": 1 }""");
        reader.Text("query");
        reader.End();

        Assert.Equal("There is no field 'qurey' here. Did you mean 'query'?", Detail("/qurey"));
        Assert.Contains("Known: query.", Detail("/a~1b~0c"), StringComparison.Ordinal);
    }

    [Fact]
    public void Section_FaultWithin_HasTheWholePointer()
    {
        Open("""{ "output": { "dataset": 5 } }""").Section("output")!.Text("dataset");

        Assert.Equal("It must be a text; this is the number 5.", Detail("/output/dataset"));
    }

    [Theory]
    [InlineData("\"64MB\"", 64L << 20)]
    [InlineData("\"1.5 GiB\"", 3L << 29)]
    [InlineData("\"800\"", 800L)]
    [InlineData("4096", 4096L)]
    public void Size_AsPeopleWriteIt_IsRead(string json, long expected) =>
        Assert.Equal(expected, Open($$"""{ "size": {{json}} }""").Size("size", 1, long.MaxValue));

    [Theory]
    [InlineData("\"64 bananas\"")]
    [InlineData("\"-1MB\"")]
    [InlineData("\"99999999999999TB\"")]
    [InlineData("true")]
    [InlineData("\"2GB\"")]
    public void Size_WrongOrOutOfBounds_IsAFault(string json)
    {
        Assert.Null(Open($$"""{ "size": {{json}} }""").Size("size", 1, 1 << 30));
        Assert.NotEmpty(Detail("/size"));
    }

    [Fact]
    public void Lines_ArrayOfTexts_IsJoined() =>
        Assert.Equal("select 1\nfrom t", Open("""{ "query": ["select 1", "from t"] }""").Lines("query"));

    [Theory]
    [InlineData("""{ "n": 1.5 }""", "a whole number")]
    [InlineData("""{ "n": 0 }""", "0 is outside 1 to 10.")]
    [InlineData("""{ "n": 99999999999999999999999 }""", "a whole number")]
    public void Integer_WrongOrOutOfBounds_IsAFault(string json, string expected)
    {
        Open(json).Integer("n", 1, 10);

        Assert.Contains(expected, Detail("/n"), StringComparison.Ordinal);
    }

    [Fact]
    public void TextMap_ValueThatIsNoText_IsNamed()
    {
        Open("""{ "tables": { "a": "x", "b": {} } }""").TextMap("tables");

        Assert.Contains("this is an object", Detail("/tables/b"), StringComparison.Ordinal);
    }

    [Fact]
    public void Texts_TheSameTwice_IsAFault()
    {
        Open("""{ "by": ["Month", "month"] }""").Texts("by");

        Assert.Equal("'Month' is there twice.", Detail("/by"));
    }

    private SpecReader Open(string json) => SpecReader.Open(JsonDocument.Parse(json).RootElement, _faults);

    private string Detail(string pointer) => Assert.Single(_faults, f => f.Pointer == pointer).Detail;
}
