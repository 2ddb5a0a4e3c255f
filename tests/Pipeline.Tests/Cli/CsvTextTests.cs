using CsCheck;
using Pipeline.Embedded.Cli.Rendering;

namespace Pipeline.Tests.Cli;

public sealed class CsvTextTests
{
    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("a,b", "\"a,b\"")]
    [InlineData("say \"hi\"", "\"say \"\"hi\"\"\"")]
    [InlineData("two\nlines", "\"two\nlines\"")]
    [InlineData("two\r\nlines", "\"two\r\nlines\"")]
    [InlineData(" padded ", "\" padded \"")]
    [InlineData("", "\"\"")]
    [InlineData("Zürich; 雪", "Zürich; 雪")]
    [InlineData(null, "")]
    public void WriteRecord_AField_IsQuotedWhereItMustBe(string? field, string written)
    {
        Assert.Equal($"x,{written}\r\n", Write(["x", field]));
    }

    [Fact]
    public void WriteRecord_ASingleNull_IsNotAnEmptyLineThatReadersSkip() => Assert.Equal("\"\"\r\n", Write([null]));

    [Fact]
    public void WriteRecord_AnyFields_ComeBackAsTheyWere()
    {
        var field = Gen.String[Gen.Char["ab,\"\r\n '\t;é"], 0, 8].Select(s => (string?)s);
        Gen.OneOf(field, Gen.Const((string?)null)).List[2, 6].Sample(
            fields => Read(Write(fields)).SequenceEqual(fields),
            print: fields => string.Join(" | ", fields.Select(f => f ?? "null")));
    }

    private static string Write(IReadOnlyList<string?> fields)
    {
        using var writer = new StringWriter();
        CsvText.WriteRecord(writer, fields);
        return writer.ToString();
    }

    // A reader of RFC 4180, written from the grammar: a quoted field may hold anything, a bare one ends at a comma or CRLF.
    private static List<string?> Read(string record)
    {
        var fields = new List<string?>();
        var i = 0;
        while (true)
        {
            if (record[i] == '"')
            {
                var text = "";
                for (i++; record[i] != '"' || record[i + 1] == '"'; i++)
                {
                    text += record[i];
                    if (record[i] == '"')
                        i++;
                }
                fields.Add(text);
                i++;
            }
            else
            {
                var end = record.IndexOfAny([',', '\r'], i);
                fields.Add(end == i ? null : record[i..end]);
                i = end;
            }
            if (record[i] == '\r')
            {
                Assert.Equal("\r\n", record[i..]);
                return fields;
            }
            i++;
        }
    }
}
