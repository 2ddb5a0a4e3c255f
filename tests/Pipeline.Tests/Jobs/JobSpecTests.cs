using System.Text;
using Pipeline.Jobs;

namespace Pipeline.Tests.Jobs;

/// <summary>How the envelope of a spec is read, and what is said about one that is wrong.</summary>
public class JobSpecTests
{
    private static readonly string[] Kinds = ["batch", "training"];

    [Fact]
    public void Parse_ValidSpec_GivesItsEnvelope()
    {
        var spec = Parse("""{ "$schema": "x", "kind": "batch", "name": "monthly report", "id": "report-2001", "more": 1 }""");

        Assert.Equal(("batch", "monthly report", "report-2001"), (spec.Kind, spec.Name, spec.Id));
    }

    [Fact]
    public void Parse_ByteOrderMarkAndComments_AreNoFault() =>
        Assert.Equal("a", JobSpec.Parse(Encoding.UTF8.Preamble.ToArray().Concat(Encoding.UTF8.GetBytes("""{ "kind": "batch", /* why */ "name": "a", }""")).ToArray(), Kinds).Name);

    [Theory]
    [InlineData("{ \"kind\": \n \"batch\", oops", "line 2, column 11")]
    [InlineData("", "line 1, column 1")]
    [InlineData("""{ "kind": "batch", "kind": "training", "name": "a" }""", "uplicate")]
    public void Parse_MalformedJson_SaysWhere(string json, string expected)
    {
        var e = Assert.Throws<SpecException>(() => Parse(json));

        Assert.Equal(ProblemTypes.MalformedJson, e.Type);
        Assert.Contains(expected, Assert.Single(e.Faults).Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void Parse_NestedTooDeep_IsRefused() =>
        Assert.Equal(ProblemTypes.MalformedJson, Assert.Throws<SpecException>(() => Parse(new string('[', 10_000))).Type);

    [Fact]
    public void Parse_TenMegabytes_IsRefusedByItsSize()
    {
        var e = Assert.Throws<SpecException>(() => JobSpec.Parse(new byte[10 * 1024 * 1024], Kinds));

        Assert.Equal(ProblemTypes.TooLarge, e.Type);
        Assert.Contains("10.0 MB", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[1]", "", "an array")]
    [InlineData("""{ "name": "a" }""", "/kind", "missing")]
    [InlineData("""{ "kind": "bacth", "name": "a" }""", "/kind", "Did you mean 'batch'?")]
    [InlineData("""{ "kind": 7, "name": "a" }""", "/kind", "this is the number 7")]
    [InlineData("""{ "kind": "batch" }""", "/name", "missing")]
    [InlineData("""{ "kind": "batch", "name": "" }""", "/name", "empty")]
    [InlineData("""{ "kind": "batch", "name": "a\u0007b" }""", "/name", "control characters")]
    [InlineData("""{ "kind": "batch", "name": "a", "id": "../etc" }""", "/id", "letters, digits")]
    [InlineData("""{ "kind": "batch", "name": "a", "id": "@entity" }""", "/id", "letters, digits")]
    public void Parse_FaultyEnvelope_NamesThePlaceAndTheCure(string json, string pointer, string detail)
    {
        var fault = Assert.Single(Faults(json));

        Assert.Equal(pointer, fault.Pointer);
        Assert.Contains(detail, fault.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void Parse_SeveralFaults_GivesAllAtOnce() =>
        Assert.Equal(["/kind", "/name", "/id"], Faults("""{ "kind": "x", "name": 1, "id": "-" }""").Select(f => f.Pointer));

    // Without a kind nobody can read on; else the kind tells the envelope's faults with its own.
    private static IReadOnlyList<SpecFault> Faults(string json)
    {
        try
        {
            var faults = new List<SpecFault>();
            Parse(json).Read(faults);
            return faults;
        }
        catch (SpecException e)
        {
            return e.Faults;
        }
    }

    private static JobSpec Parse(string json) => JobSpec.Parse(Encoding.UTF8.GetBytes(json), Kinds);
}
