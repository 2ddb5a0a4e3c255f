using CsCheck;
using Pipeline.Storage;

namespace Pipeline.Tests.Storage;

public class HivePartitionTests
{
    [Theory]
    [InlineData("month=2001-01", true)]
    [InlineData("a=", true)]
    [InlineData("=a", false)]
    [InlineData("a=b=c", false)]
    [InlineData("month", false)]
    public void IsPartition_OneEqualsSignAfterAKey(string folder, bool expected) => Assert.Equal(expected, HivePartition.IsPartition(folder));

    [Theory]
    [InlineData("k=v", "v")]
    [InlineData("k=", "")]
    [InlineData("k=a%20b%2Fc%3d", "a b/c=")]
    [InlineData("k=caf%C3%A9", "café")]
    [InlineData("k=100%", "100%")]
    [InlineData("k=%zz%4", "%zz%4")]
    [InlineData("k=a+b", "a+b")]
    [InlineData("k=😀%20", "😀 ")]
    [InlineData("k=__HIVE_DEFAULT_PARTITION__", null)]
    [InlineData("k=null", null)]
    [InlineData("k=__hive_default_partition__", "__hive_default_partition__")]
    public void Parse_Folder_GivesItsValue(string folder, string? value) => Assert.Equal(("k", value), HivePartition.Parse(folder));

    [Theory]
    [InlineData("k=%FF")]
    [InlineData("k=%00")]
    public void Parse_EscapesThatAreNoText_AreRefused(string folder) =>
        Assert.Throws<InvalidDataException>(() => HivePartition.Parse(folder));

    [Fact]
    public void Format_AnyText_IsAFolderNameThatParsesBack() => Gen.String.Where(IsText).Sample(value =>
    {
        var folder = HivePartition.Format("key", value);
        if (folder.Length <= ObjectName.MaxSegmentBytes) ObjectName.CheckSegment(folder);
        Assert.True(HivePartition.IsPartition(folder));
        Assert.Equal(("key", value), HivePartition.Parse(folder));
    });

    [Fact]
    public void Format_Null_ParsesBack() => Assert.Equal(("key", null), HivePartition.Parse(HivePartition.Format("key", null)));

    // Each group is a dataset's folders. What is inferred is what DuckDB infers.
    [Theory]
    [InlineData("1|2", "BIGINT")]
    [InlineData("-1|0", "BIGINT")]
    [InlineData("-01", "BIGINT")]
    [InlineData("01|02", "VARCHAR")]
    [InlineData("+1", "VARCHAR")]
    [InlineData("9223372036854775807|-9223372036854775808", "BIGINT")]
    [InlineData("9223372036854775808", "VARCHAR")]
    [InlineData("1.5", "VARCHAR")]
    [InlineData("1e3", "VARCHAR")]
    [InlineData("1_000", "VARCHAR")]
    [InlineData("2001-01|2001-02", "VARCHAR")]
    [InlineData("2001-01-31|2001-2-3", "DATE")]
    [InlineData("2001-02-30", "VARCHAR")]
    [InlineData("2001-01-01|5", "VARCHAR")]
    [InlineData("2001-01-01 10%3A00%3A00", "VARCHAR")]
    [InlineData("true|false", "VARCHAR")]
    [InlineData("__HIVE_DEFAULT_PARTITION__|3", "BIGINT")]
    [InlineData("__HIVE_DEFAULT_PARTITION__|2001-01-01", "DATE")]
    [InlineData("__HIVE_DEFAULT_PARTITION__", "VARCHAR")]
    [InlineData("NULL|a", "VARCHAR")]
    [InlineData("|1", "VARCHAR")]
    [InlineData("%201", "VARCHAR")]
    [InlineData("a%25b|c%2Fd", "VARCHAR")]
    [InlineData("ü|%C3%BC", "VARCHAR")]
    public void TypeOf_Values_IsWhatDuckDbInfers(string values, string type)
    {
        using var folder = new TemporaryFolder();
        using var duck = new DuckDb();
        var names = values.Split('|').Select(v => $"k={v}").ToList();
        foreach (var name in names)
        {
            Directory.CreateDirectory(folder[name]);
            duck.Write("SELECT 1 AS x", folder[name, "part.parquet"]);
        }

        var parsed = names.Select(n => HivePartition.Parse(n).Value).ToList();
        Assert.Equal(type, HivePartition.TypeOf(parsed));

        var expected = duck.Rows($"SELECT typeof(k), k::VARCHAR FROM read_parquet('{folder.Path}/*/*.parquet', hive_partitioning = true) ORDER BY 2 NULLS FIRST");
        var ours = duck.Rows($"SELECT typeof(k), k::VARCHAR FROM (VALUES {string.Join(", ", parsed.Select(v => v is null ? $"(NULL::{type})" : $"('{v}'::{type})"))}) t(k) ORDER BY 2 NULLS FIRST");
        Assert.Equal(expected, ours);
    }

    private static bool IsText(string value) =>
        !value.Contains('\0') && !value.Equals("NULL", StringComparison.OrdinalIgnoreCase) && value != "__HIVE_DEFAULT_PARTITION__"
        && !value.Where((c, i) => char.IsHighSurrogate(c) && (i + 1 == value.Length || !char.IsLowSurrogate(value[i + 1]))
            || char.IsLowSurrogate(c) && (i == 0 || !char.IsHighSurrogate(value[i - 1]))).Any();
}
