using Pipeline.Grid.Spec;
using Pipeline.Grid.State;
using Pipeline.Grid.Transition;
using Pipeline.Grid.Units;

namespace Pipeline.Tests.Grid.Transition;

/// <summary>
/// The rules of the transitioner, a row each. Results are letters: <c>u</c> unsent, <c>p</c> in progress, <c>d</c> in progress past its
/// deadline, <c>s</c> success not looked at, <c>i</c> inconclusive, <c>v</c> valid, <c>x</c> invalid, <c>e</c> error, <c>n</c> no reply,
/// <c>a</c> abandoned. The job wants a quorum of 2 out of 2, bears 2 errors, 4 successes and 6 results.
/// </summary>
public sealed class TransitionerTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    private static readonly UnitPolicy Policy = new(2, 2, 2, 6, 4, TimeSpan.FromHours(1), 1_000, new AdaptiveSpec(10, 0.1));

    [Theory]
    [InlineData("AllResultsWithHosts_Waits", "pp", "")]
    [InlineData("UnsentResults_Wait", "uu", "")]
    [InlineData("OneSuccess_WaitsForTheOther", "sp", "")]
    [InlineData("AQuorumOfSuccesses_WaitsForTheValidator", "ss", "")]
    [InlineData("AQuorumBesideErrors_WaitsForTheValidator", "sees", "")]
    [InlineData("AResultPastItsDeadline_IsOverWithoutReply", "pd", "ended 1 NoReply")]
    [InlineData("ADeadlinePassed_AnotherResultIsMade", "sn", "more 1")]
    [InlineData("BothDeadlinesPassed_TwoAreMade", "nn", "more 2")]
    [InlineData("AnError_IsReplaced", "es", "more 1")]
    [InlineData("AnAbandonedResult_IsReplaced", "as", "more 1")]
    [InlineData("AsManyErrorsAsAreBorne_AreReplaced", "ee", "more 2")]
    [InlineData("OneErrorMore_GivesTheUnitUp", "eee", "failed TooManyErrors")]
    [InlineData("SilenceIsNoError_ButCountsAgainstTheTotal", "nnnn", "more 2")]
    [InlineData("TheTotalReached_WaitsForThoseAtWork", "nnnnnp", "")]
    [InlineData("TheTotalReached_GivesTheUnitUp", "nnnnnn", "failed TooManyResults")]
    [InlineData("TheTotalReachedWithOneSuccess_GivesTheUnitUp", "nnnnns", "failed TooManyResults")]
    [InlineData("NoConsensusOfTwo_AThirdIsMade", "ii", "more 1")]
    [InlineData("NoConsensusAndAThirdUnderWay_Waits", "iip", "")]
    [InlineData("NoConsensusAndAThirdSuccess_WaitsForTheValidator", "iis", "")]
    [InlineData("NoConsensusOfThree_AFourthIsMade", "iii", "more 1")]
    [InlineData("NoConsensusOfTheMostSuccesses_GivesTheUnitUp", "iiii", "failed NoConsensus")]
    [InlineData("NoConsensusAndTheTotalReached_GivesTheUnitUp", "iinnnn", "failed TooManyResults")]
    public void ReplicatedUnit_Rule_Holds(string rule, string results, string expected) => AssertNext(rule, Unit(results), expected);

    [Theory]
    [InlineData("OneHost_IsEnoughToWaitFor", "p", "")]
    [InlineData("OneSuccess_IsForTheValidator", "s", "")]
    [InlineData("ALostResult_IsReplacedByOne", "n", "more 1")]
    [InlineData("AnError_IsReplacedByOne", "e", "more 1")]
    public void SingleUnit_Rule_Holds(string rule, string results, string expected) => AssertNext(rule, Unit(results) with { Replicated = false }, expected);

    [Theory]
    [InlineData("UnsentResults_AreNotSentAnyMore", "vvu", false, "ended 2 Abandoned")]
    [InlineData("HostsAtWork_MayFinish", "vvp", false, "")]
    [InlineData("HostsAtWorkPastTheDeadline_AreOver", "vvd", false, "ended 2 NoReply")]
    [InlineData("ALateSuccess_WaitsForTheValidator", "vvs", true, "")]
    [InlineData("NothingLeft_WaitsForTheAssimilator", "vv", false, "")]
    [InlineData("AssimilatedAndNobodyAtWork_IsRetired", "vv", true, "retired")]
    [InlineData("AssimilatedAndAHostAtWork_Stays", "vvp", true, "")]
    public void UnitWithCanonicalResult_Rule_Holds(string rule, string results, bool assimilated, string expected) =>
        AssertNext(rule, Unit(results) with { Canonical = 0, Assimilated = assimilated }, expected);

    [Theory]
    [InlineData("UnsentResults_AreNotSentAnyMore", "eeeu", false, "ended 3 Abandoned")]
    [InlineData("HostsAtWork_AreAborted", "eeep", false, "ended 3 Abandoned")]
    [InlineData("NothingLeft_WaitsForTheAssimilator", "eee", false, "")]
    [InlineData("Assimilated_IsRetired", "eee", true, "retired")]
    [InlineData("SuccessesThatNobodyAgreedOn_DoNotKeepIt", "iiii", true, "retired")]
    public void UnitThatWasGivenUp_Rule_Holds(string rule, string results, bool assimilated, string expected) =>
        AssertNext(rule, Unit(results) with { Error = UnitError.TooManyErrors, Assimilated = assimilated }, expected);

    private static void AssertNext(string rule, WorkUnit unit, string expected) => Assert.Equal($"{rule}: {expected}", $"{rule}: {Show(Transitioner.Next(Policy, unit, Now))}");

    private static string Show(GridEvent? next) => next switch
    {
        null => "",
        ResultEnded e => $"ended {e.Ordinal} {e.Outcome}",
        ResultsAdded e => $"more {e.Count}",
        UnitFailed e => $"failed {e.Error}",
        UnitRetired => "retired",
        _ => next.ToString(),
    };

    private static WorkUnit Unit(string results) => new("job", new UnitSetup(0, "u0", "", [], 1e9, 0, 0))
    {
        Replicated = true,
        Results = [.. results.Select((letter, ordinal) => Result(letter, ordinal))],
    };

    private static UnitResult Result(char letter, int ordinal)
    {
        var sent = new UnitResult(ordinal) { State = ServerState.Over, HostId = $"h{ordinal}", VolunteerId = $"v{ordinal}", Deadline = Now.AddMinutes(1) };
        return letter switch
        {
            'u' => new UnitResult(ordinal),
            'p' => sent with { State = ServerState.InProgress },
            'd' => sent with { State = ServerState.InProgress, Deadline = Now },
            's' => sent with { Outcome = ResultOutcome.Success },
            'i' => sent with { Outcome = ResultOutcome.Success, Validate = ValidateState.Inconclusive },
            'v' => sent with { Outcome = ResultOutcome.Success, Validate = ValidateState.Valid },
            'x' => sent with { Outcome = ResultOutcome.Success, Validate = ValidateState.Invalid },
            'e' => sent with { Outcome = ResultOutcome.Error },
            'n' => sent with { Outcome = ResultOutcome.NoReply },
            'a' => sent with { Outcome = ResultOutcome.Abandoned },
            _ => throw new ArgumentOutOfRangeException(nameof(letter), letter, "No such letter."),
        };
    }
}
