using CsCheck;
using Pipeline.Storage;

namespace Pipeline.Tests.Storage;

public class ObjectNameTests
{
    [Theory]
    [InlineData("datasets")]
    [InlineData("abc")]
    [InlineData("a-1-b")]
    [InlineData("0123456789-0123456789-0123456789-0123456789-0123456789-01234567")]
    public void CheckContainer_ValidName_Passes(string name) => ObjectName.CheckContainer(name);

    [Theory]
    [InlineData("", "it has 0 characters")]
    [InlineData("ab", "it has 2 characters")]
    [InlineData("0123456789-0123456789-0123456789-0123456789-0123456789-012345678", "it has 64 characters")]
    [InlineData("Datasets", "it holds 'D'")]
    [InlineData("data_sets", "it holds '_'")]
    [InlineData("data/sets", "it holds '/'")]
    [InlineData("...", "it holds '.'")]
    [InlineData("a\nb", "it holds the control character U+000A")]
    [InlineData("-abc", "it begins or ends with a hyphen")]
    [InlineData("abc-", "it begins or ends with a hyphen")]
    [InlineData("a--b", "it holds two hyphens in a row")]
    [InlineData("données", "it holds 'é'")]
    public void CheckContainer_OtherName_SaysWhatIsWrong(string name, string fault)
    {
        var e = Assert.Throws<InvalidObjectNameException>(() => ObjectName.CheckContainer(name));
        Assert.Contains(fault, e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a")]
    [InlineData("flights/month=2001-01/part-0.parquet")]
    [InlineData(".hidden/..x/...y")]
    [InlineData("_SUCCESS")]
    [InlineData("a b/100%/é/日本/😀")]
    [InlineData("console/com/lpt/nul_")]
    public void CheckPath_ValidPath_Passes(string path) => ObjectName.CheckPath(path);

    [Theory]
    [InlineData("", "it is empty")]
    [InlineData("/a", "it begins with '/'")]
    [InlineData("C:/a", "it is an absolute path of a drive")]
    [InlineData("c:a", "it is an absolute path of a drive")]
    [InlineData("a//b", "it has an empty segment")]
    [InlineData("a/", "it has an empty segment")]
    [InlineData("../a", "it has the segment '..'")]
    [InlineData("a/../b", "it has the segment '..'")]
    [InlineData("a/.", "it has the segment '.'")]
    [InlineData("a\\b", "it holds '\\'")]
    [InlineData("at:b", "it holds ':'")]
    [InlineData("a?", "it holds '?'")]
    [InlineData("a\u0001", "it holds the control character U+0001")]
    [InlineData("a\u007f", "it holds the control character U+007F")]
    [InlineData("a./b", "ends with a dot")]
    [InlineData("a /b", "ends with a space")]
    [InlineData("x/con", "device on Windows")]
    [InlineData("NUL.txt", "device on Windows")]
    [InlineData("com1 .x", "device on Windows")]
    public void CheckPath_OtherPath_SaysWhatIsWrong(string path, string fault)
    {
        var e = Assert.Throws<InvalidObjectNameException>(() => ObjectName.CheckPath(path));
        Assert.Contains(fault, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void CheckPath_HalfOfASurrogatePair_IsRefused()
    {
        foreach (var path in new[] { "a\ud800b", "a\udc00", "\ud800" })
            Assert.Contains("half of a surrogate pair", Assert.Throws<InvalidObjectNameException>(() => ObjectName.CheckPath(path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void CheckPath_LongestNames_PassAndOneMoreFails()
    {
        ObjectName.CheckPath(new string('a', 255));
        Assert.Throws<InvalidObjectNameException>(() => ObjectName.CheckPath(new string('a', 256)));
        ObjectName.CheckPath(new string('é', 127));
        Assert.Throws<InvalidObjectNameException>(() => ObjectName.CheckPath(new string('é', 128)));

        var longest = string.Join('/', Enumerable.Repeat(new string('a', 204), 5));
        ObjectName.CheckPath(longest);
        Assert.Equal(ObjectName.MaxPathLength, longest.Length);
        Assert.Throws<InvalidObjectNameException>(() => ObjectName.CheckPath(longest + "a"));

        ObjectName.CheckPath(string.Join('/', Enumerable.Repeat("a", 254)));
        Assert.Throws<InvalidObjectNameException>(() => ObjectName.CheckPath(string.Join('/', Enumerable.Repeat("a", 255))));
    }

    [Fact]
    public void CheckPath_HugeOrHostileName_MessageIsShortAndClean()
    {
        var e = Assert.Throws<InvalidObjectNameException>(() => ObjectName.CheckPath("\u001b[31m" + new string('x', 1_000_000)));

        Assert.InRange(e.Message.Length, 1, 300);
        Assert.DoesNotContain(e.Message, char.IsControl);
    }

    [Theory]
    [InlineData("")]
    [InlineData("a")]
    [InlineData("a/")]
    [InlineData("a/.")]
    [InlineData("a/b ")]
    public void CheckPrefix_StartOfSomePath_Passes(string prefix) => ObjectName.CheckPrefix(prefix);

    [Theory]
    [InlineData("/")]
    [InlineData("../")]
    [InlineData("a//")]
    [InlineData("a\\")]
    [InlineData("a./b")]
    public void CheckPrefix_StartOfNoPath_IsRefused(string prefix) =>
        Assert.Throws<InvalidObjectNameException>(() => ObjectName.CheckPrefix(prefix));

    [Fact]
    public void CheckPath_AnyTextThatPasses_StaysBelowItsFolder()
    {
        var root = Path.GetFullPath("/store/container");
        Gen.String[Gen.OneOf(Gen.Char["ab./\\ :%\0=C"], Gen.Char), 0, 12].Sample(path =>
        {
            if (!Passes(path)) return;
            var full = Path.GetFullPath(Path.Combine(root, path));
            Assert.StartsWith(root + Path.DirectorySeparatorChar, full, StringComparison.Ordinal);
            Assert.Equal(path, Path.GetRelativePath(root, full).Replace(Path.DirectorySeparatorChar, '/'));
        });
    }

    [Fact]
    public void CheckPath_JoinOfPathsThatPass_Passes()
    {
        var path = Gen.String[Gen.Char["abc./%= é"], 1, 8].Where(Passes);
        Gen.Select(path, path).Sample((a, b) => Passes($"{a}/{b}"));
    }

    [Fact]
    public void CheckPrefix_AnyStartOfAPathThatPasses_Passes() =>
        Gen.Select(Gen.String[Gen.Char["ab./%= é"], 1, 12].Where(Passes), Gen.Int[0, 12]).Sample((path, length) =>
            ObjectName.CheckPrefix(path[..Math.Min(length, path.Length)]));

    private static bool Passes(string path)
    {
        try
        {
            ObjectName.CheckPath(path);
            return true;
        }
        catch (InvalidObjectNameException)
        {
            return false;
        }
    }
}
