using Pipeline.Embedded.Triggers;

namespace Pipeline.Tests.Hosting;

public sealed class BlobPathPatternTests
{
    [Theory]
    [InlineData("jobs/inbox/{name}", "inbox/a.json", "name=a.json")]
    [InlineData("jobs/inbox/{name}", "inbox/deep/a.json", "name=deep/a.json")]
    [InlineData("jobs/inbox/{name}", "inbox/", null)]
    [InlineData("jobs/inbox/{name}", "other/a.json", null)]
    [InlineData("jobs/inbox/{name}.json", "inbox/a.json", "name=a")]
    [InlineData("jobs/inbox/{name}.json", "inbox/aXjson", null)]
    [InlineData("jobs/{folder}/{file}.{ext}", "in/a.b.csv", "folder=in file=a.b ext=csv")]
    [InlineData("jobs/{{x}}-{name}", "{x}-1", "name=1")]
    [InlineData("jobs", "anything/at.all", "name=anything/at.all")]
    [InlineData("jobs/exact.txt", "exact.txt", "")]
    [InlineData("jobs/exact.txt", "exact.txt2", null)]
    public void Match_Path_GivesTheValuesOfTheNames(string pattern, string path, string? expected)
    {
        var values = BlobPathPattern.Parse(pattern).Match(path);

        Assert.Equal(expected, values is null ? null : string.Join(' ', values.Select(pair => $"{pair.Key}={pair.Value}")));
    }

    [Fact]
    public void Match_LongPathThatAlmostMatchesInManyWays_IsSaidAtOnce() =>
        Assert.Null(BlobPathPattern.Parse("jobs/{a}-{b}-{c}-{d}.json").Match(new string('-', 1000)));

    [Theory]
    [InlineData("jobs/inbox/{name}", "jobs", "inbox/")]
    [InlineData("jobs/inbox/p-{name}.json", "jobs", "inbox/p-")]
    [InlineData("jobs/exact.txt", "jobs", "exact.txt")]
    [InlineData("jobs", "jobs", "")]
    public void Parse_Pattern_KnowsContainerAndPrefixToList(string pattern, string container, string prefix)
    {
        var parsed = BlobPathPattern.Parse(pattern);

        Assert.Equal((container, prefix), (parsed.Container, parsed.Prefix));
    }

    [Theory]
    [InlineData("")]
    [InlineData("Jobs/{name}")]
    [InlineData("jobs/{name")]
    [InlineData("jobs/name}")]
    [InlineData("jobs/{}")]
    [InlineData("jobs/{a b}")]
    [InlineData("jobs/{1}")]
    [InlineData("jobs/{a}/{A}")]
    public void Parse_NoPattern_SaysWhichPathAndWhy(string pattern)
    {
        var error = Assert.Throws<FormatException>(() => BlobPathPattern.Parse(pattern));

        Assert.Contains($"'{pattern}'", error.Message);
    }
}
