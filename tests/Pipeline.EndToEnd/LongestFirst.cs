using Pipeline.EndToEnd.Dashboard;
using Pipeline.EndToEnd.Documentation;
using Pipeline.EndToEnd.Faults;
using Pipeline.EndToEnd.Grid;
using Pipeline.EndToEnd.Samples;
using Pipeline.EndToEnd.Streams;
using Xunit.Abstractions;

[assembly: TestCollectionOrderer("Pipeline.EndToEnd.LongestFirst", "Pipeline.EndToEnd")]

namespace Pipeline.EndToEnd;

/// <summary>Begins with the tests that take a minute or more, so that none of them is what all wait for in the end.</summary>
public sealed class LongestFirst : ITestCollectionOrderer
{
    private static readonly string[] s_long =
    [
        nameof(BatchCrashTests), nameof(CommandsTests), nameof(GridCrashTests), DashboardTests.Name, nameof(StreamCrashTests), nameof(TrainingCrashTests), nameof(FlightsLiveTests), nameof(FullDiskTests),
    ];

    /// <inheritdoc/>
    public IEnumerable<ITestCollection> OrderTestCollections(IEnumerable<ITestCollection> testCollections) =>
        testCollections.OrderBy(collection => Array.FindIndex(s_long, name => collection.DisplayName.EndsWith(name, StringComparison.Ordinal)) is >= 0 and var place ? place : s_long.Length);
}
