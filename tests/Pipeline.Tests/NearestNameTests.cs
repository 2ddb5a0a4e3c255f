namespace Pipeline.Tests;

public class NearestNameTests
{
    [Theory]
    [InlineData("flihgts", "flights")] // two neighbours swapped
    [InlineData("Flights", "flights")]
    [InlineData("airport", "airports")]
    [InlineData("fligts", "flights")]
    public void Find_ASlip_GivesWhatWasMeant(string given, string expected) =>
        Assert.Equal(expected, NearestName.Find(given, ["airports", "flights", "weather"]));

    [Theory]
    [InlineData("customers")]
    [InlineData("x")]
    [InlineData("")]
    public void Find_AnotherWord_GivesNothing(string given) =>
        Assert.Null(NearestName.Find(given, ["airports", "flights", "weather"]));

    [Fact]
    public void Hint_NothingNear_ListsAFew() => Assert.Equal(" Known: a, b.", NearestName.Hint("zzzz", ["b", "a"]));

    [Fact]
    public void Hint_NothingNearAmongMany_SaysNothing() =>
        Assert.Equal("", NearestName.Hint("zzzz", Enumerable.Range(0, 100).Select(i => $"dataset{i}")));
}
