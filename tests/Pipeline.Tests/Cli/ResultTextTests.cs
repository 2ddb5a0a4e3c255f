using System.Globalization;
using System.Text.Json;
using Pipeline.Embedded.Cli.Rendering;
using Pipeline.Jobs;

namespace Pipeline.Tests.Cli;

public sealed class ResultTextTests
{
    private static readonly JobResult Result = new(
        [new("name", "VARCHAR"), new("big", "HUGEINT"), new("price", "DECIMAL(18,2)"), new("ok", "BOOLEAN"), new("tags", "VARCHAR[]"), new("ratio", "DOUBLE")],
        [Row("""["a,\"b\" é",170141183460469231731687303715884105727,1.10,true,["x","y"],0.1]"""), Row("""["",null,-0.50,false,null,1e300]""")],
        3_000_000,
        ["results/j1/part-0.parquet"]);

    [Fact]
    public void WriteCsv_AnyType_KeepsEveryDigit() => Assert.Equal(
        "name,big,price,ok,tags,ratio\r\n" +
        "\"a,\"\"b\"\" é\",170141183460469231731687303715884105727,1.10,true,\"[\"\"x\"\",\"\"y\"\"]\",0.1\r\n" +
        "\"\",,-0.50,false,,1e300\r\n",
        Write(ResultText.WriteCsv));

    [Fact]
    public void WriteJson_AnyType_IsTheDocumentOfTheApiWithARowALine()
    {
        var text = Write(ResultText.WriteJson);
        Assert.Equal("""
            {
              "columns": [
                {"name":"name","type":"VARCHAR"},
                {"name":"big","type":"HUGEINT"},
                {"name":"price","type":"DECIMAL(18,2)"},
                {"name":"ok","type":"BOOLEAN"},
                {"name":"tags","type":"VARCHAR[]"},
                {"name":"ratio","type":"DOUBLE"}
              ],
              "rows": [
                ["a,\"b\" é",170141183460469231731687303715884105727,1.10,true,["x","y"],0.1],
                ["",null,-0.50,false,null,1e300]
              ],
              "rowCount": 3000000,
              "files": [
                "results/j1/part-0.parquet"
              ]
            }

            """, text, ignoreLineEndingDifferences: true);
        using var document = JsonDocument.Parse(text);
        Assert.Equal(2, document.RootElement.GetProperty("rows").GetArrayLength());
    }

    [Fact]
    public void WriteJson_NoRows_IsStillADocument()
    {
        using var writer = new StringWriter();
        ResultText.WriteJson(writer, new JobResult([], [], 0, []));
        using var document = JsonDocument.Parse(writer.ToString());
        Assert.Equal(0, document.RootElement.GetProperty("rows").GetArrayLength());
    }

    [Fact]
    public void WriteCsv_InACultureWithCommas_IsTheSame()
    {
        var expected = Write(ResultText.WriteCsv) + Write(ResultText.WriteJson);
        var before = CultureInfo.CurrentCulture;
        try
        {
            var culture = (CultureInfo)CultureInfo.InvariantCulture.Clone();
            culture.NumberFormat.NumberDecimalSeparator = ",";
            culture.NumberFormat.NumberGroupSeparator = ".";
            culture.NumberFormat.NegativeSign = "~";
            CultureInfo.CurrentCulture = culture;
            Assert.Equal(expected, Write(ResultText.WriteCsv) + Write(ResultText.WriteJson));
            Assert.Equal("3,000,000 rows", Shown.Count(3_000_000, "row"));
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    [Theory]
    [InlineData("BIGINT", true)]
    [InlineData("DECIMAL(18,2)", true)]
    [InlineData("double", true)]
    [InlineData("VARCHAR", false)]
    [InlineData("DATE", false)]
    [InlineData("BOOLEAN", false)]
    [InlineData("INTEGER[]", false)]
    [InlineData("INTEGER[3]", false)]
    [InlineData("STRUCT(a INTEGER)", false)]
    [InlineData("TIMESTAMP WITH TIME ZONE", false)]
    public void Grid_NumbersOnly_StandToTheRight(string type, bool right) =>
        Assert.Equal(right, Assert.Single(ResultText.Table(new JobResult([new("a", type)], [], 0, [])).Columns).IsNumber);

    private static string Write(Action<TextWriter, JobResult> write)
    {
        using var writer = new StringWriter();
        write(writer, Result);
        return writer.ToString();
    }

    private static JsonElement Row(string json) => JsonDocument.Parse(json).RootElement;
}
