using Pipeline.Grid.Units;
using Pipeline.Grid.Validation;

namespace Pipeline.Tests.Grid.Validation;

/// <summary>The rules of the validator, a row each. Results are numbers that agree within the tolerance; <c>!</c> marks a host that was
/// caught with an invalid result. Expected are <c>V</c> valid, <c>X</c> invalid, <c>?</c> inconclusive, and the canonical one's place.</summary>
public sealed class QuorumTests
{
    [Theory]
    [InlineData("OneResultForAQuorumOfOne_IsCanonical", "7", 1, 0, "V 0")]
    [InlineData("TwoThatAgree_AreValid", "7 7", 2, 0, "VV 0")]
    [InlineData("TwoThatDiffer_DecideNothing", "7 8", 2, 0, "??")]
    [InlineData("TwoOfThreeThatAgree_OutvoteTheThird", "8 7 7", 2, 0, "XVV 1")]
    [InlineData("ThreeThatDiffer_DecideNothing", "7 8 9", 2, 0, "???")]
    [InlineData("TwoAgainstTwoAtAQuorumOfThree_DecideNothing", "7 8 7 8", 3, 0, "????")]
    [InlineData("TheLargerGroup_Wins", "8 8 7 7 7", 2, 0, "XXVVV 2")]
    [InlineData("OfEqualGroups_TheEarlierWins", "7 8 8 7", 2, 0, "VXXV 0")]
    [InlineData("WithinTheTolerance_Agree", "7.0 7.4", 2, 0.5, "VV 0")]
    [InlineData("OutsideTheTolerance_DoNot", "7.0 7.6", 2, 0.5, "??")]
    [InlineData("AToleranceIsAskedOfTheCanonicalOne_NotAlongAChain", "7.0 7.4 7.8", 2, 0.5, "VVV 1")]
    [InlineData("TwoSuspects_AreHeardAsOne", "9! 9!", 2, 0, "??")]
    [InlineData("ASuspectAndAnother_MakeAQuorum", "7! 7", 2, 0, "VV 0")]
    [InlineData("ManySuspects_CannotOutvoteTwo", "9! 9! 9! 7 7", 2, 0, "XXXVV 3")]
    [InlineData("AloneASuspect_IsHeardForAQuorumOfOne", "7!", 1, 0, "V 0")]
    [InlineData("NoResults_DecideNothing", "", 1, 0, "")]
    public void Judge_Rule_Holds(string rule, string results, int quorum, double tolerance, string expected)
    {
        var words = results.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var values = words.Select(w => double.Parse(w.TrimEnd('!'), System.Globalization.CultureInfo.InvariantCulture)).ToList();

        var (verdicts, canonical) = Quorum.Judge([.. words.Select((w, i) => new Candidate(i, w.EndsWith('!')))], (a, b) => Math.Abs(values[a] - values[b]) <= tolerance, quorum);

        var shown = string.Concat(verdicts.Select(v => v.State switch { ValidateState.Valid => "V", ValidateState.Invalid => "X", _ => "?" })) + (canonical is null ? "" : $" {canonical}");
        Assert.Equal($"{rule}: {expected}", $"{rule}: {shown}");
    }
}
