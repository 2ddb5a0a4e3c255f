using Pipeline.Embedded.Cli.Rendering;

namespace Pipeline.Tests.Cli;

public sealed class ShownTests
{
    [Theory]
    [InlineData("as it is: é 雪 👋", "as it is: é 雪 👋")]
    [InlineData("a\tb\r\nc", "a\\tb\\r\\nc")]
    [InlineData("\u001b[2Jgone", "\\u001b[2Jgone")]
    [InlineData("\u009b31m", "\\u009b31m")]
    [InlineData("\u007f\0", "\\u007f\\u0000")]
    public void Text_OfUnknownOrigin_CannotSteerTheTerminal(string text, string shown) => Assert.Equal(shown, Shown.Text(text));

    [Fact]
    public void Block_SeveralLines_KeepsThemAndIndentsAllButTheFirst() =>
        Assert.Equal("one\n  two\\u001b\n  three", Shown.Block("one\r\ntwo\u001b\nthree\n", "  "));

    [Theory]
    [InlineData(0, "0.00 s")]
    [InlineData(0.123, "0.12 s")]
    [InlineData(1.26, "1.3 s")]
    [InlineData(59.94, "59.9 s")]
    [InlineData(59.96, "0 min 59 s")]
    [InlineData(125, "2 min 05 s")]
    [InlineData(3599, "59 min 59 s")]
    [InlineData(11_220, "3 h 07 min")]
    [InlineData(-1, "0.00 s")]
    public void Duration_AnyLength_HasThreeDigitsOrSo(double seconds, string shown) => Assert.Equal(shown, Shown.Duration(TimeSpan.FromSeconds(seconds)));

    [Theory]
    [InlineData(0, "0 tasks")]
    [InlineData(1, "1 task")]
    [InlineData(1_234_567, "1,234,567 tasks")]
    public void Count_ANumber_AgreesWithItsNoun(long number, string shown) => Assert.Equal(shown, Shown.Count(number, "task"));

    [Fact]
    public void Moment_IsInTheReadersZone() => Assert.Equal(
        "2026-03-01 12:30:05",
        Shown.Moment(new DateTimeOffset(2026, 3, 1, 10, 0, 5, TimeSpan.Zero), TimeZoneInfo.CreateCustomTimeZone("x", TimeSpan.FromHours(2.5), "x", "x")));
}
