using Pipeline.Grid.Scheduling;

namespace Pipeline.Tests.Grid.Scheduling;

public sealed class CreditTests
{
    // A day of 10^9 operations a second.
    private const double Day = 86_400e9;

    [Theory]
    [InlineData("HonestClaims_EarnTheUnitsWorth", 200, 200, 200)]
    [InlineData("OneInflatedClaim_EarnsNoMore", 200, 1e12, 200)]
    [InlineData("TwoInflatedClaims_EarnNoMore", 1e12, 1e12, 200)]
    [InlineData("AClaimOfNothing_TakesHalfAtMost", 0, 200, 100)]
    [InlineData("LowerClaims_LowerIt", 150, 180, 150)]
    public void Grant_Claims_AreBounded(string rule, double one, double other, double expected) =>
        Assert.Equal((rule, expected), (rule, Credit.Grant(Day, [Credit.Claim(one), Credit.Claim(other)]) / Credit.Millionths));

    [Fact]
    public void Grant_OfThree_IsTheMiddleOne() => Assert.Equal(150e6, Credit.Grant(Day, [Credit.Claim(1), Credit.Claim(150), Credit.Claim(1e9)]));

    [Fact]
    public void Claim_NoNumber_IsNothing() => Assert.Equal([0, 0, 0], new[] { double.NaN, double.PositiveInfinity, -5 }.Select(Credit.Claim));
}
