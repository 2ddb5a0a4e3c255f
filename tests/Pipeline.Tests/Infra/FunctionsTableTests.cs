using Pipeline.Tests.Architecture;

namespace Pipeline.Tests.Infra;

/// <summary>The README's table of functions: every function once, in its room's row, under what sets it off.</summary>
public class FunctionsTableTests
{
    private const string Heading = "## Functions";

    [Fact]
    public void Table_InTheReadme_NamesEveryFunction()
    {
        var expected = Expected();

        Assert.True(
            expected.SequenceEqual(Written()),
            $"The table below '{Heading}' in README.md and the functions differ. It should be:\n\n{string.Join('\n', expected)}\n");
    }

    [Fact]
    public void Functions_All_AreInARoom() => Assert.All(AppFunction.All, function => Assert.NotEqual("", function.Room));

    private static List<string> Expected()
    {
        string[] order = ["HTTP", "orchestrators", "activities", "entities", "event hubs", "blobs", "timers"];
        var kinds = order.Where(kind => AppFunction.All.Any(function => function.Kind == kind)).ToList();
        var rows = AppFunction.All.GroupBy(function => function.Room).OrderBy(room => room.Key, StringComparer.Ordinal).Select(room =>
            $"| {room.Key} | {string.Join(" | ", kinds.Select(kind => string.Join(", ", room.Where(function => function.Kind == kind).Select(function => function.Name).Order(StringComparer.Ordinal).Select(name => $"`{name}`"))))} |");
        return [$"| room | {string.Join(" | ", kinds)} |", $"|{string.Concat(Enumerable.Repeat("---|", kinds.Count + 1))}", .. rows];
    }

    private static IEnumerable<string> Written() => Repository.Read("README.md").ReplaceLineEndings("\n").Split('\n')
        .SkipWhile(line => line != Heading).Skip(1)
        .TakeWhile(line => !line.StartsWith("## ", StringComparison.Ordinal))
        .Where(line => line.StartsWith('|'));
}
