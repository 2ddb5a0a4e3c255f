using Pipeline.Jobs;

namespace Pipeline.Grid.Spec;

/// <summary>How many results a work unit gets, and how long they may take.</summary>
/// <param name="MinQuorum">Results that must agree before one is canonical.</param>
/// <param name="TargetResults">Results that are made from the start.</param>
/// <param name="MaxErrorResults">Failed results that are borne; with one more the unit is given up.</param>
/// <param name="MaxTotalResults">Results of a unit in all.</param>
/// <param name="MaxSuccessResults">Successful results among which a quorum must be found.</param>
/// <param name="DelayBound">From sending a result to its deadline.</param>
/// <param name="MaxResultBytes">Bytes that a result's file may have.</param>
/// <param name="Adaptive">When one result is enough; null for never.</param>
public sealed record UnitPolicy(
    int MinQuorum,
    int TargetResults,
    int MaxErrorResults,
    int MaxTotalResults,
    int MaxSuccessResults,
    TimeSpan DelayBound,
    long MaxResultBytes,
    AdaptiveSpec? Adaptive)
{
    /// <summary>The most results that a unit may have.</summary>
    public const int MostResults = 100;

    private const string AdaptiveAbout = "When a host is believed without a second one; false for never.";

    internal static UnitPolicy Read(SpecReader reader)
    {
        var quorum = (int)reader.Integer("minQuorum", 1, MostResults, 2, "Results of a unit that must agree.");
        var target = Results("targetResults", "Results that are made from the start: as many as the quorum where it is absent.") ?? quorum;
        var errors = (int)reader.Integer("maxErrorResults", 0, MostResults, 3, "Failed results that are borne; with one more the unit is given up.");
        var success = Results("maxSuccessResults", "Successful results among which a quorum must be found: 3 more than are made from the start, at least 6, where it is absent.") ?? Math.Min(MostResults, Math.Max(6, target + 3));
        var total = Results("maxTotalResults", "Results of a unit in all: at least 10 where it is absent.") ?? Math.Min(MostResults, Math.Max(10, success + errors));
        if (target < quorum)
            reader.Fault("targetResults", $"{target} results cannot make a quorum of {quorum}. Take {quorum} or more.");
        if (success < target)
            reader.Fault("maxSuccessResults", $"It is less than the {target} results that are made from the start. Take {target} or more.");
        if (total < success)
            reader.Fault("maxTotalResults", $"It is less than the {success} successful results that may come. Take {success} or more.");
        var delay = reader.Time("delayBound", TimeSpan.FromSeconds(1), TimeSpan.FromDays(60), TimeSpan.FromDays(1), "From sending a result to its deadline.");
        var bytes = reader.Size("maxResultSize", 1, 1L << 30, 16L << 20, "Bytes of a result's file at most.");
        return new UnitPolicy(quorum, target, errors, total, success, delay, bytes, ReadAdaptive(reader));

        int? Results(string name, string about) => (int?)reader.Integer(name, 1, MostResults, about: about);
    }

    private static AdaptiveSpec? ReadAdaptive(SpecReader reader)
    {
        if (reader.IsObject("adaptive"))
            return AdaptiveSpec.Read(reader.Section("adaptive", about: AdaptiveAbout)!);
        return reader.Flag("adaptive", true, AdaptiveAbout) ? AdaptiveSpec.Default : null;
    }
}
