namespace Pipeline.Tests.Sdk;

/// <summary>The comparison behind <see cref="SdkSurfaceTests"/> finds every way in which a declaration can differ from the official one.</summary>
public class SurfaceComparisonTests
{
    private const string Exact = """
        ### namespace Pipeline.Tests.Sdk.SurfaceComparisonTests
        ```csharp
        public class Sample : List<string>
        {
          Sample(int size, string? name = default);
          protected Sample(Sample original);
          string Title { get; init; }
          protected virtual bool Ready { get; }
          static string op_Implicit(Sample value);
          virtual Task<T> ReadAsync<T>(ref IReadOnlyList<T> rows, DateTime? since = default, int top = 100, bool all = false, CancellationToken token = default);
          void Add(params object[] values);
        }
        ```
        """;

    public static TheoryData<string, string, string> Differences => new()
    {
        { "public class Sample", "public sealed class Sample", "is a class, officially a sealed class" },
        { " : List<string>", "", "derives from 'List<string>', officially from ''" },
        { "Sample(int size, string name", "Sample(long size, string name", "Sample(int size, string name = default)" },
        { "string name = default", "string label = default", "Sample(int size, string name = default)" },
        { "protected Sample(Sample original)", "Sample(Sample original)", "protected Sample(Sample original)" },
        { "{ get; init; }", "{ get; set; }", "string Title { get; init; }" },
        { "protected virtual bool", "protected bool", "protected virtual bool Ready { get; }" },
        { "static string op_Implicit(Sample value)", "static string op_Implicit(object value)", "static string op_Implicit(Sample value)" },
        { "virtual Task<T>", "Task<T>", "virtual Task<T> ReadAsync<T>" },
        { "ref IReadOnlyList<T>", "IReadOnlyList<T>", "ref IReadOnlyList<T> rows" },
        { "DateTime? since = default, int top = 100", "int top = 100, DateTime? since = default", "DateTime? since = default, int top = 100" },
        { "int top = 100", "int top = 10", "int top = 100" },
        { "bool all = false", "bool all", "bool all = false" },
        { "void Add(params object[] values);", "", "void Add(params object[] values)" },
    };

    private static string Official => Exact.Replace("string?", "string", StringComparison.Ordinal);

    [Fact]
    public void Invented_ExactDeclaration_FindsNothing()
    {
        Assert.Empty(Invented(Official));
        Assert.Empty(SurfaceComparison.LeftOut([DeclaredSurface.Of(typeof(Sample))], OfficialSurface.Parse(Official)));
    }

    [Theory]
    [MemberData(nameof(Differences))]
    public void Invented_OneThingDiffers_IsNamed(string ours, string official, string complaint)
    {
        Assert.Contains(ours, Official, StringComparison.Ordinal);

        var found = Assert.Single(Invented(Official.Replace(ours, official, StringComparison.Ordinal)));

        Assert.StartsWith("Pipeline.Tests.Sdk.SurfaceComparisonTests.Sample: ", found, StringComparison.Ordinal);
        Assert.Contains(complaint, found, StringComparison.Ordinal);
    }

    [Fact]
    public void Invented_UnknownType_IsNamed()
    {
        var found = Assert.Single(SurfaceComparison.Invented([DeclaredSurface.Of(typeof(Colour))], OfficialSurface.Parse(Official)));

        Assert.Equal("Pipeline.Tests.Sdk.SurfaceComparisonTests.Colour: the official packages have no such type", found);
    }

    [Theory]
    [InlineData("Red = 1, Green = 2", 0)]
    [InlineData("Red = 1, Green = 3", 1)]
    [InlineData("Red = 1", 1)]
    public void Invented_EnumValues_MustBeEqual(string values, int differences)
    {
        var official = OfficialSurface.Parse($"### namespace Pipeline.Tests.Sdk.SurfaceComparisonTests\npublic enum Colour\n{{\n  {values}\n}}\n");

        Assert.Equal(differences, SurfaceComparison.Invented([DeclaredSurface.Of(typeof(Colour))], official).Count);
    }

    [Theory]
    [InlineData("Parameter", 0)]
    [InlineData("Parameter, Method", 1)]
    public void Invented_AttributeTargets_AreThoseOfTheNearestBaseThatNamesThem(string targets, int differences)
    {
        var official = OfficialSurface.Parse($$"""
            ### namespace Pipeline.Tests.Sdk.SurfaceComparisonTests
            [AttributeUsage({{targets}})]
            public abstract class MarkAttribute : Attribute
            {
              protected MarkAttribute();
            }
            public sealed class FineMarkAttribute : MarkAttribute
            {
              FineMarkAttribute();
            }
            """);

        Assert.Equal(differences, SurfaceComparison.Invented([DeclaredSurface.Of(typeof(FineMarkAttribute))], official).Count);
    }

    [Fact]
    public void Members_OfRecordsAndValueTypes_LeaveOutWhatTheCompilerMakes()
    {
        Assert.Equal(["Point(int X, int Y)", "int X { get; init; }", "int Y { get; init; }"], DeclaredSurface.Of(typeof(Point)).Members);
        Assert.Equal(["int Code { get; init; }"], DeclaredSurface.Of(typeof(Token)).Members);
    }

    [Fact]
    public void LeftOut_MissingTypeAndMissingMember_AreNamed()
    {
        var official = OfficialSurface.Parse(Official.Replace("void Add", "void Subtract();\n  void Add", StringComparison.Ordinal)
            + "\n### namespace Elsewhere\npublic interface IAbsent\n{\n}\n");

        Assert.Equal(
            ["Pipeline.Tests.Sdk.SurfaceComparisonTests.Sample: void Subtract()", "Elsewhere.IAbsent"],
            SurfaceComparison.LeftOut([DeclaredSurface.Of(typeof(Sample))], official));
    }

    [Fact]
    public void Parse_DeclarationItDoesNotKnow_SaysWhere()
    {
        var error = Assert.Throws<FormatException>(() => OfficialSurface.Parse("### namespace A\npublic record R\n{\n}\n"));

        Assert.Contains("Line 2", error.Message, StringComparison.Ordinal);
    }

    private static IReadOnlyList<string> Invented(string official) =>
        SurfaceComparison.Invented([DeclaredSurface.Of(typeof(Sample))], OfficialSurface.Parse(official));

    public enum Colour
    {
        Red = 1,
        Green = 2,
    }

    public class Sample : List<string>
    {
        public Sample(int size, string? name = null) => Title = name ?? size.ToString(System.Globalization.CultureInfo.InvariantCulture);

        protected Sample(Sample original) => Title = original.Title;

        public string Title { get; init; }

        protected virtual bool Ready => true;

        public static implicit operator string(Sample value) => value.Title;

        public virtual Task<T> ReadAsync<T>(out IReadOnlyList<T> rows, DateTime? since = null, int top = 100, bool all = false, CancellationToken token = default)
        {
            rows = [];
            return Task.FromResult(default(T)!);
        }

        public void Add(params object[] values) => AddRange(values.Select(value => value.ToString()!));

        public override string ToString() => Title;
    }

    [AttributeUsage(AttributeTargets.Parameter)]
    public abstract class MarkAttribute : Attribute
    {
    }

    public sealed class FineMarkAttribute : MarkAttribute
    {
    }

    public record Point(int X, int Y);

    public readonly record struct Token
    {
        public int Code { get; init; }
    }
}
